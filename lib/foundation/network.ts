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
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ConfigurationError } from '../config/configuration-error.ts';

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

/** Services without an endpoint in a network of ours: the way to them is the internet, by way of a NAT gateway. */
const outside = ['appsync-events'] as const;

type Interface = keyof typeof interfaces;
type Outside = (typeof outside)[number];
/** What a function may speak to. */
export type Reachable = Interface | keyof typeof gateways | Outside;

/** Where a function stands: without a way to the internet, or with one. */
export type Placement = 'isolated' | 'egress';

const subnetTypes = {
  isolated: SubnetType.PRIVATE_ISOLATED,
  egress: SubnetType.PRIVATE_WITH_EGRESS,
} as const satisfies Record<Placement, SubnetType>;

const isOutside = (service: Reachable): service is Outside => outside.some((name) => name === service);
const isInterface = (service: Reachable): service is Interface => service in interfaces;

export interface NetworkProps {
  readonly logDays: RetentionDays;
  /** Of the subnets with egress: one for all zones, or one in each. */
  readonly natGateways: number;
}

/**
 * The network, in two zones: isolated subnets, without a route to the internet; beside them subnets with egress, whose
 * way out is a NAT gateway, for what has no endpoint; and public ones, in which nothing stands but those gateways.
 */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly endpoints: Readonly<Record<Interface, InterfaceVpcEndpoint>>;

  constructor(scope: Construct, id: string, { logDays, natGateways }: NetworkProps) {
    super(scope, id);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.20.0.0/16'),
      maxAzs: 2,
      natGateways,
      // A /20 holds 4,000 instances of functions. What is added comes last, or the addresses of the others change.
      subnetConfiguration: [
        { name: 'isolated', subnetType: subnetTypes.isolated, cidrMask: 20 },
        { name: 'egress', subnetType: subnetTypes.egress, cidrMask: 20 },
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false },
      ],
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
    const subnets = Object.values(subnetTypes).map((subnetType) => ({ subnetType }));
    for (const [name, service] of Object.entries(gateways)) vpc.addGatewayEndpoint(name, { service, subnets });
    this.endpoints = {
      sqs: this.#endpoint('sqs'),
      glue: this.#endpoint('glue'),
      'secrets-manager': this.#endpoint('secrets-manager'),
      kinesis: this.#endpoint('kinesis'),
      lambda: this.#endpoint('lambda'),
      cloudwatch: this.#endpoint('cloudwatch'),
    };
  }

  /**
   * The subnets of a placement.
   * @throws ConfigurationError where it does not fit what is to be reached from there
   */
  subnetsFor(placement: Placement, reaches: readonly Reachable[]): SubnetSelection {
    const beyond = reaches.filter(isOutside);
    if (placement === 'isolated' && beyond.length > 0) {
      throw new ConfigurationError([
        `${beyond.join(', ')} cannot be reached from the isolated subnets: place it in egress`,
      ]);
    }
    if (placement === 'egress' && beyond.length === 0) {
      throw new ConfigurationError([
        'what reaches nothing outside has no need of egress: leave it in the isolated subnets',
      ]);
    }
    return { subnetType: subnetTypes[placement] };
  }

  /** Opens the way from a function to services; the rules belong to the function's stack. */
  allow(from: IConnectable, services: readonly Reachable[]): void {
    for (const service of services.filter(isInterface)) {
      from.connections.allowTo(this.endpoints[service], Port.tcp(443), service);
    }
    const routed = services.filter((service) => !isInterface(service));
    if (routed.length > 0) {
      // Their address ranges cannot be named without a lookup. From the isolated subnets the route tables lead nowhere
      // else; from those with egress they lead to the internet, which is why only few stand there.
      from.connections.allowTo(Peer.anyIpv4(), Port.tcp(443), `${routed.join(', ')} by the route tables`);
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
