import { RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  type IConnectable,
  type IVpc,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** Reached through a route: no charge per hour. */
const gateways = { s3: GatewayVpcEndpointAwsService.S3, dynamodb: GatewayVpcEndpointAwsService.DYNAMODB } as const;
/** Reached through an address in our subnets, which has a charge per hour: list only what a function uses. */
const interfaces = {
  sqs: InterfaceVpcEndpointAwsService.SQS,
  glue: InterfaceVpcEndpointAwsService.GLUE,
  'secrets-manager': InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  // Lambda polls streams from outside; only the keeper of holds reads one itself, when it probes.
  kinesis: InterfaceVpcEndpointAwsService.KINESIS_STREAMS,
  // Only readiness, and the keeper for Lambda, use these two: docs/decisions/0006-lag-from-outside.md has their price.
  lambda: InterfaceVpcEndpointAwsService.LAMBDA,
  cloudwatch: InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
} as const;

type Interface = keyof typeof interfaces;
/** AWS services that have a way out of the isolated network. */
export type Reachable = Interface | keyof typeof gateways;

const isInterface = (service: Reachable): service is Interface => service in interfaces;

export interface NetworkProps {
  readonly logDays: RetentionDays;
}

/**
 * The network: isolated subnets in two zones, without a route to the internet. Functions that need the internet come
 * later, into subnets with egress and NAT gateways of their own, beside these.
 */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly endpoints: Readonly<Record<Interface, InterfaceVpcEndpoint>>;

  constructor(scope: Construct, id: string, { logDays }: NetworkProps) {
    super(scope, id);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.20.0.0/16'),
      maxAzs: 2,
      natGateways: 0,
      // A /20 holds 4,000 instances of functions; 'egress' gets its place in the other half of the range.
      subnetConfiguration: [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 }],
      // Nothing is in the default group; emptying it would take a custom resource.
      restrictDefaultSecurityGroup: false,
    });
    // The library's classes do not fit its own interfaces under exactOptionalPropertyTypes.
    this.vpc = vpc as IVpc;
    const log = new LogGroup(this, 'FlowLog', { retention: logDays, removalPolicy: RemovalPolicy.DESTROY });
    // What was refused tells of a missing rule or an intruder; what was accepted is every record's way.
    vpc.addFlowLog('Refused', {
      destination: FlowLogDestination.toCloudWatchLogs(log),
      trafficType: FlowLogTrafficType.REJECT,
    });
    for (const [name, service] of Object.entries(gateways)) vpc.addGatewayEndpoint(name, { service });
    this.endpoints = {
      sqs: this.#endpoint('sqs'),
      glue: this.#endpoint('glue'),
      'secrets-manager': this.#endpoint('secrets-manager'),
      kinesis: this.#endpoint('kinesis'),
      lambda: this.#endpoint('lambda'),
      cloudwatch: this.#endpoint('cloudwatch'),
    };
  }

  /** Opens the way from a function to services; the rules belong to the function's stack. */
  allow(from: IConnectable, services: readonly Reachable[]): void {
    for (const service of services.filter(isInterface)) {
      from.connections.allowTo(this.endpoints[service], Port.tcp(443), service);
    }
    const routed = services.filter((service) => !isInterface(service));
    if (routed.length > 0) {
      // Their address ranges cannot be named without a lookup; the route tables lead nowhere else.
      from.connections.allowTo(Peer.anyIpv4(), Port.tcp(443), `${routed.join(', ')} through their gateway endpoints`);
    }
  }

  #endpoint(name: Interface): InterfaceVpcEndpoint {
    const securityGroup = new SecurityGroup(this, `${name}-access`, {
      vpc: this.vpc,
      description: `Who may speak to ${name}`,
      allowAllOutbound: false,
    });
    return new InterfaceVpcEndpoint(this, name, {
      vpc: this.vpc,
      service: interfaces[name],
      subnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [securityGroup],
      open: false,
    });
  }
}
