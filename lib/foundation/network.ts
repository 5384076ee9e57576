import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  type IVpc,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Functions that need only the database and AWS services run in isolated subnets, with endpoints (DESIGN section 9). */
export class Network extends Construct {
  readonly vpc: IVpc;
  /** Of every function in isolated subnets. */
  readonly functions: SecurityGroup;
  /** Of the database and, where there is one, its proxy. */
  readonly database: SecurityGroup;

  constructor(scope: Construct, id: string, { logRetentionDays }: { readonly logRetentionDays: number }) {
    super(scope, id);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.40.0.0/16'),
      maxAzs: 2,
      natGateways: 0,
      restrictDefaultSecurityGroup: false, // it is used by nothing, and closing it takes a function of its own
      subnetConfiguration: [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 }],
    });
    // The library's classes do not fit its own interfaces under exactOptionalPropertyTypes.
    this.vpc = vpc as IVpc;
    vpc.addFlowLog('FlowLog', {
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'FlowLogs', {
          retention: logRetentionDays as RetentionDays,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      ),
    });

    this.functions = new SecurityGroup(this, 'Functions', {
      vpc: this.vpc,
      description: 'Functions in isolated subnets',
      allowAllOutbound: true, // an isolated subnet has no way out but to the endpoints and the database
    });
    this.database = new SecurityGroup(this, 'Database', {
      vpc: this.vpc,
      description: 'Aurora and its proxy',
      allowAllOutbound: false,
    });
    this.database.addIngressRule(this.functions, Port.tcp(5432), 'Functions');
    this.database.addIngressRule(this.database, Port.tcp(5432), 'The proxy');
    this.database.addEgressRule(this.database, Port.tcp(5432), 'The proxy');

    const endpoints = new SecurityGroup(this, 'Endpoints', {
      vpc: this.vpc,
      description: 'Interface endpoints',
      allowAllOutbound: false,
    });
    endpoints.addIngressRule(this.functions, Port.tcp(443), 'Functions');
    for (const [name, service] of Object.entries({
      Sqs: InterfaceVpcEndpointAwsService.SQS,
      Glue: InterfaceVpcEndpointAwsService.GLUE,
      SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    })) {
      vpc.addInterfaceEndpoint(name, { service, securityGroups: [endpoints], open: false });
    }
    vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB });
  }
}
