import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { type DatabaseCluster, DatabaseProxy, DefaultAuthScheme, ProxyTarget } from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import type { Network } from './network.ts';

export interface Proxy {
  readonly proxy: DatabaseProxy;
  /** Lets the proxy itself connect as a user: it comes with IAM on both sides, and keeps no password. */
  readonly admit: (user: string) => void;
}

export const createProxy = (scope: Construct, name: string, cluster: DatabaseCluster, network: Network): Proxy => {
  const role = new Role(scope, 'ProxyRole', { assumedBy: new ServicePrincipal('rds.amazonaws.com') });
  const securityGroup = new SecurityGroup(scope, 'ProxySecurityGroup', {
    vpc: network.vpc,
    description: 'The proxy reaches the database only',
    allowAllOutbound: false,
  });
  const proxy = new DatabaseProxy(scope, 'Proxy', {
    dbProxyName: name,
    proxyTarget: ProxyTarget.fromCluster(cluster),
    defaultAuthScheme: DefaultAuthScheme.IAM_AUTH,
    iamAuth: true,
    requireTLS: true,
    role,
    vpc: network.vpc,
    vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
    securityGroups: [securityGroup],
    // The rest is for migrations and operators, who come past the proxy.
    maxConnectionsPercent: 90,
  });
  return { proxy, admit: (user) => void cluster.grantConnect(role, user) };
};
