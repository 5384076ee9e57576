import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  type DatabaseProxy,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Environment } from '../config/environments.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import type { Network } from './network.ts';

export interface DatabaseProps {
  readonly settings: Environment['database'];
  readonly retainData: boolean;
  readonly network: Network;
  readonly name: string;
}

/** Aurora PostgreSQL Serverless v2; functions come as IAM users, over TLS, directly or through a proxy. */
export class Database extends Construct {
  readonly cluster: DatabaseCluster;
  readonly databaseName = 'millrace';
  readonly #proxy: DatabaseProxy | undefined;

  constructor(scope: Construct, id: string, { settings, retainData, network, name }: DatabaseProps) {
    super(scope, id);
    this.cluster = new DatabaseCluster(this, 'Cluster', {
      clusterIdentifier: name,
      engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_17_9 }),
      credentials: Credentials.fromGeneratedSecret('millrace_owner'),
      defaultDatabaseName: this.databaseName,
      writer: ClusterInstance.serverlessV2('Writer'),
      readers: Array.from({ length: settings.standbys }, (_, n) =>
        ClusterInstance.serverlessV2(`Reader${n + 1}`, { scaleWithWriter: n === 0 }),
      ),
      serverlessV2MinCapacity: settings.minCapacity,
      serverlessV2MaxCapacity: settings.maxCapacity,
      iamAuthentication: true,
      storageEncrypted: true,
      vpc: network.vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [network.database],
      backup: { retention: Duration.days(settings.backupDays) },
      cloudwatchLogsExports: ['postgresql'],
      deletionProtection: retainData,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(this.cluster, {
      'AwsSolutions-RDS11': 'The port is no secret: only our functions reach it, and each with its own identity.',
      'AwsSolutions-SMG4':
        'The password of the owner is used by migrations alone; rotating it takes a function with the run of the network.',
      ...(retainData ? {} : { 'AwsSolutions-RDS10': 'A throwaway environment is to be thrown away.' }),
    });
    if (settings.proxy) {
      this.#proxy = this.cluster.addProxy('Proxy', {
        dbProxyName: name,
        secrets: [this.secret],
        iamAuth: true,
        requireTLS: true,
        vpc: network.vpc,
        vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
        securityGroups: [network.database],
      });
    }
  }

  /** The owner's name and password. */
  get secret(): ISecret {
    const { secret } = this.cluster;
    if (!secret) throw new Error('the cluster was made with generated credentials and has a secret');
    return secret;
  }

  /** Where functions connect: the proxy where there is one. */
  get address(): { readonly DATABASE_HOST: string; readonly DATABASE_PORT: string; readonly DATABASE_NAME: string } {
    return {
      DATABASE_HOST: this.#proxy?.endpoint ?? this.cluster.clusterEndpoint.hostname,
      DATABASE_PORT: this.#proxy ? '5432' : `${this.cluster.clusterEndpoint.port}`,
      DATABASE_NAME: this.databaseName,
    };
  }

  /** Lets a function connect as one IAM user, and as no other. */
  grantConnect(grantee: IGrantable, user: string): void {
    if (this.#proxy) this.#proxy.grantConnect(grantee, user);
    else this.cluster.grantConnect(grantee, user);
  }
}
