import { Duration, RemovalPolicy, Tokenization } from 'aws-cdk-lib';
import { Port, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  type DatabaseProxy,
  DBClusterStorageType,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { DatabaseSettings } from '../config/environment.ts';
import { databaseName, databaseOwner } from '../config/names.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { createProxy } from './database-proxy.ts';
import type { Network } from './network.ts';

export interface DatabaseProps extends DatabaseSettings {
  /** Of the cluster, in the account. */
  readonly name: string;
  readonly network: Network;
  readonly retainData: boolean;
  readonly logDays: RetentionDays;
}

/** Where a function finds the database, as variables of its environment. */
export interface DatabaseAddress {
  readonly DATABASE_HOST: string;
  readonly DATABASE_PORT: string;
  readonly DATABASE_NAME: string;
}

/** Aurora PostgreSQL, Serverless v2, with IAM users, TLS demanded; behind a proxy where the environment says so. */
export class Database extends Construct {
  readonly cluster: DatabaseCluster;
  /** For functions that come as IAM users. */
  readonly address: DatabaseAddress;
  /** For the owner, who comes with a password and past the proxy. */
  readonly ownerAddress: DatabaseAddress;
  readonly ownerSecret: ISecret;
  readonly #proxy: DatabaseProxy | undefined;
  readonly #proxyUsers: ((user: string) => void) | undefined;

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.network.vpc,
      description: 'Who may speak to the database',
      allowAllOutbound: false,
    });
    this.cluster = new DatabaseCluster(this, 'Cluster', {
      clusterIdentifier: props.name,
      // The major version of the local PostgreSQL; the local run compares them.
      engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_17_9 }),
      writer: ClusterInstance.serverlessV2('Writer'),
      readers: Array.from({ length: props.standbys }, (_, index) =>
        ClusterInstance.serverlessV2(`Standby${index + 1}`, { scaleWithWriter: true }),
      ),
      serverlessV2MinCapacity: props.minCapacity,
      serverlessV2MaxCapacity: props.maxCapacity,
      storageType: props.ioOptimized ? DBClusterStorageType.AURORA_IOPT1 : DBClusterStorageType.AURORA,
      storageEncrypted: true,
      defaultDatabaseName: databaseName,
      credentials: Credentials.fromGeneratedSecret(databaseOwner),
      iamAuthentication: true,
      parameters: { 'rds.force_ssl': '1', max_connections: String(props.connections) },
      vpc: props.network.vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [securityGroup],
      backup: { retention: Duration.days(props.backupDays) },
      copyTagsToSnapshot: true,
      cloudwatchLogsExports: ['postgresql'],
      deletionProtection: props.retainData,
      removalPolicy: props.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.#keepLogFor(props);
    const { secret } = this.cluster;
    if (!secret) throw new Error('a generated secret is asked for above');
    this.ownerSecret = secret;

    this.ownerAddress = {
      DATABASE_HOST: this.cluster.clusterEndpoint.hostname,
      DATABASE_PORT: Tokenization.stringifyNumber(this.cluster.clusterEndpoint.port),
      DATABASE_NAME: databaseName,
    };
    if (props.proxy) {
      const { proxy, admit } = createProxy(this, props.name, this.cluster, props.network);
      this.#proxy = proxy;
      this.#proxyUsers = admit;
      this.address = { ...this.ownerAddress, DATABASE_HOST: proxy.endpoint, DATABASE_PORT: '5432' };
    } else {
      this.address = this.ownerAddress;
    }
    this.#acknowledge(props);
  }

  /** Lets a function connect as one IAM user, and as nobody else. */
  grantConnect(to: IFunction, user: string): void {
    (this.#proxy ?? this.cluster).grantConnect(to, user);
    this.#proxyUsers?.(user);
    const port = this.#proxy ? Port.tcp(5432) : this.#port;
    to.connections.allowTo(this.#proxy ?? this.cluster, port, 'the database');
  }

  /** Lets the migration function come as the owner. */
  grantOwner(to: IFunction): void {
    this.ownerSecret.grantRead(to);
    to.connections.allowTo(this.cluster, this.#port, 'the database, as its owner');
  }

  get #port(): Port {
    return Port.tcp(this.cluster.clusterEndpoint.port);
  }

  /** RDS would make this log group itself, and keep it for ever. */
  #keepLogFor({ name, logDays }: DatabaseProps): void {
    const log = new LogGroup(this, 'Log', {
      logGroupName: `/aws/rds/cluster/${name}/postgresql`,
      retention: logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.cluster.node.addDependency(log);
  }

  #acknowledge({ retainData }: DatabaseProps): void {
    acknowledge(this.cluster, {
      'AwsSolutions-SMG4':
        'Only the migration function reads it, at deploys. Rotating it would take one more function with the owner’s rights.',
      'AwsSolutions-RDS11':
        'Nothing reaches the port but the functions’ security groups; another number adds no safety.',
      ...(retainData ? {} : { 'AwsSolutions-RDS10': 'An environment whose data is not kept must be deletable.' }),
    });
  }
}
