import { describe, expect, it } from 'vitest';
import { checkEnvironment } from '../../lib/config/check-environment.ts';
import type { Environment } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';

const prod = environmentNamed('prod');

const withDelivery = (changes: Partial<Environment['delivery']>): Environment => ({
  ...prod,
  delivery: { ...prod.delivery, ...changes },
});
const withRestApi = (changes: Partial<Environment['restApi']>): Environment => ({
  ...prod,
  restApi: { ...prod.restApi, ...changes },
});
const withOidc = (changes: Partial<Environment['oidc']>): Environment => ({
  ...prod,
  oidc: { ...prod.oidc, ...changes },
});

describe('settings of delivery', () => {
  it.each<[Environment, string]>([
    [{ ...prod, natGateways: 0 }, 'natGateways must be a whole number from 1 to 2, is 0'],
    [{ ...prod, natGateways: 3 }, 'natGateways must be a whole number from 1 to 2, is 3'],
    [withDelivery({ relayConcurrency: 1 }), 'delivery.relayConcurrency must be a whole number from 2 to 1000, is 1'],
    [
      withDelivery({ relayTimeoutSeconds: 301 }),
      'delivery.relayTimeoutSeconds must be a whole number from 15 to 300, is 301',
    ],
    [withDelivery({ leaseSeconds: 4 }), 'delivery.leaseSeconds must be a whole number from 5 to 60, is 4'],
    [
      withDelivery({ leaseSeconds: 30 }),
      'delivery.leaseSeconds 30 must be below delivery.relayTimeoutSeconds 30, or the channels of a relay that died wait for longer than it could have lived',
    ],
    [withDelivery({ keepEachHours: 0 }), 'delivery.keepEachHours must be a whole number from 1 to 168, is 0'],
    [withDelivery({ keepLatestHours: 0.5 }), 'delivery.keepLatestHours must be a whole number from 1 to 168, is 0.5'],
    [withDelivery({ memoryMb: 64 }), 'delivery.memoryMb must be a whole number from 128 to 10240, is 64'],
    [withDelivery({ maxUnsentSeconds: 1 }), 'delivery.maxUnsentSeconds must be a whole number from 30 to 86400, is 1'],
  ])('are checked (%#)', (environment, sentence) => {
    expect(checkEnvironment(environment)).toEqual([sentence]);
  });

  it.each<[Environment, string]>([
    [
      withRestApi({ reservedConcurrency: 0 }),
      'restApi.reservedConcurrency must be a whole number from 1 to 1000, is 0',
    ],
    [
      withRestApi({ requestsPerSecond: 0.5 }),
      'restApi.requestsPerSecond must be a whole number from 1 to 10000, is 0.5',
    ],
    ...['live.example.com', 'https://live.example.com/', 'ftp://live.example.com'].map(
      (origin): [Environment, string] => [
        withRestApi({ origins: [origin] }),
        `restApi.origins must be * or origins such as https://live.example.com, has ${origin}`,
      ],
    ),
    [
      withRestApi({ origins: ['*', 'https://live.example.com'] }),
      'restApi.origins has * and more, and * is every origin',
    ],
    ...['http://issuer.example.com', 'issuer.example.com', 'https://issuer.example.com?tenant=a'].map(
      (issuer): [Environment, string] => [
        withOidc({ issuer }),
        `oidc.issuer must be an https address without a query, is ${issuer}`,
      ],
    ),
    ...['', 'mill.race', 'millrace|.*'].map((audience): [Environment, string] => [
      withOidc({ audience }),
      `oidc.audience must be letters, digits, dashes and underscores, is ${JSON.stringify(audience)}`,
    ]),
  ])('of clients are checked (%#)', (environment, sentence) => {
    expect(checkEnvironment(environment)).toEqual([sentence]);
  });

  it('take pages by their origin, and an issuer with a path', () => {
    expect(checkEnvironment(withRestApi({ origins: ['https://live.example.com', 'http://localhost:8080'] }))).toEqual(
      [],
    );
    expect(checkEnvironment(withOidc({ issuer: 'https://login.example.com/tenant/v2.0' }))).toEqual([]);
  });

  it('count the relay, the sweep, the deletion and who asks for messages among those that connect', () => {
    const open = (environment: Environment): string =>
      checkEnvironment({ ...environment, database: { ...environment.database, connections: 11 } })[0] ?? '';
    const connections = (environment: Environment): number =>
      Number(/may open (\d+) connections/.exec(open(environment))?.[1]);
    const all = connections(prod);
    expect(all).toBeGreaterThan(0);
    expect(connections(withDelivery({ relayConcurrency: prod.delivery.relayConcurrency + 7 }))).toBe(all + 7);
    expect(connections(withRestApi({ reservedConcurrency: prod.restApi.reservedConcurrency + 5 }))).toBe(all + 5);
  });
});
