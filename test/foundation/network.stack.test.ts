import { App, Stack } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { environmentNames } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';
import { Network } from '../../lib/foundation/network.ts';
import { synthesized } from '../config/synthesized.ts';

describe.each(environmentNames)('the network of %s', (name) => {
  const platform = synthesized(name);
  const { natGateways } = environmentNamed(name);
  const subnetsOf = (kind: string): readonly string[] =>
    platform
      .ofType('AWS::EC2::Subnet')
      .map(({ logicalId }) => logicalId)
      .filter((id) => id.startsWith(`NetworkVpc${kind}`));
  const routes = platform.ofType('AWS::EC2::Route').map(({ Properties }) => Properties);
  /** The routes of the subnets of one kind. */
  const waysFrom = (kind: string) =>
    routes.filter(({ RouteTableId }) => (RouteTableId.Ref as string).startsWith(`NetworkVpc${kind}`));

  it('is two zones of each kind of subnet, whose addresses stay', () => {
    const blocks = platform.ofType('AWS::EC2::Subnet').map(({ Properties }) => Properties.CidrBlock as string);
    expect(['isolated', 'egress', 'public'].map((kind) => subnetsOf(kind).length)).toEqual([2, 2, 2]);
    expect(blocks).toEqual([
      '10.20.0.0/20',
      '10.20.16.0/20',
      '10.20.32.0/20',
      '10.20.48.0/20',
      '10.20.64.0/28',
      '10.20.64.16/28',
    ]);
  });

  it('has no way out of the isolated subnets', () => {
    expect(waysFrom('isolated')).toEqual([]);
  });

  it('has one way out of the subnets with egress: a NAT gateway, as many as its environment says', () => {
    const gateways = platform.ofType('AWS::EC2::NatGateway').map(({ logicalId }) => logicalId);
    expect(gateways).toHaveLength(natGateways);
    const ways = waysFrom('egress').map(({ NatGatewayId }) => NatGatewayId.Ref as string);
    expect(ways).toHaveLength(2);
    expect(new Set(ways)).toEqual(new Set(gateways));
  });

  it('puts nothing into the public subnets but those gateways, and gives nothing there an address by itself', () => {
    for (const { Properties } of platform.ofType('AWS::EC2::Subnet'))
      expect(Properties.MapPublicIpOnLaunch).toBe(false);
    const users = platform.resources.filter(
      ({ Type, Properties }) =>
        !Type.startsWith('AWS::EC2::Subnet') &&
        /NetworkVpcpublicSubnet\d+Subnet/.test(JSON.stringify(Properties ?? {})),
    );
    expect(new Set(users.map(({ Type }) => Type))).toEqual(new Set(['AWS::EC2::NatGateway']));
  });

  it('reaches S3 and DynamoDB by a route from wherever functions stand', () => {
    const endpoints = platform.ofType('AWS::EC2::VPCEndpoint').filter(({ Properties }) => Properties.RouteTableIds);
    expect(endpoints).toHaveLength(2);
    for (const { Properties } of endpoints) {
      const tables = Properties.RouteTableIds.map(({ Ref }: { Ref: string }) => /Vpc([a-z]+)Subnet/.exec(Ref)?.[1]);
      expect(tables.toSorted()).toEqual(['egress', 'egress', 'isolated', 'isolated']);
    }
  });
});

describe('a placement', () => {
  const network = new Network(new Stack(new App(), 'Stack'), 'Network', {
    logDays: RetentionDays.ONE_DAY,
    natGateways: 1,
  });

  it('is isolated, unless something outside is to be reached', () => {
    expect(network.subnetsFor('isolated', ['sqs', 's3'])).toEqual({ subnetType: 'Isolated' });
    expect(network.subnetsFor('egress', ['sqs', 'appsync-events'])).toEqual({ subnetType: 'Private' });
  });

  it('is refused where what is to be reached cannot be, and where it would open a way that nobody needs', () => {
    expect(() => network.subnetsFor('isolated', ['appsync-events'])).toThrow(
      'appsync-events cannot be reached from the isolated subnets: place it in egress',
    );
    expect(() => network.subnetsFor('egress', ['sqs', 'dynamodb'])).toThrow(
      'what reaches nothing outside has no need of egress: leave it in the isolated subnets',
    );
  });
});
