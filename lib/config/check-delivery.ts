import type { DeliverySettings, Environment, OidcSettings, RestApiSettings } from './environment.ts';

const wholeNumber = (name: string, value: number, least: number, most: number): string[] =>
  Number.isInteger(value) && value >= least && value <= most
    ? []
    : [`${name} must be a whole number from ${least} to ${most}, is ${value}`];

/** The sweep finds lapsed leases, and it comes once a minute. */
const sweepSeconds = 60;

const relayFaults = (delivery: DeliverySettings): string[] => {
  const { relayTimeoutSeconds, leaseSeconds } = delivery;
  return [
    // A mapping of a queue hands out to two instances at least.
    ...wholeNumber('delivery.relayConcurrency', delivery.relayConcurrency, 2, 1_000),
    ...wholeNumber('delivery.relayTimeoutSeconds', relayTimeoutSeconds, 15, 300),
    ...wholeNumber('delivery.leaseSeconds', leaseSeconds, 5, sweepSeconds),
    // Beyond that the table of messages is no longer small, and a client better starts anew.
    ...wholeNumber('delivery.keepEachHours', delivery.keepEachHours, 1, 168),
    ...wholeNumber('delivery.keepLatestHours', delivery.keepLatestHours, 1, 168),
    ...wholeNumber('delivery.memoryMb', delivery.memoryMb, 128, 10_240),
    ...wholeNumber('delivery.maxUnsentSeconds', delivery.maxUnsentSeconds, 30, 86_400),
    ...(leaseSeconds < relayTimeoutSeconds
      ? []
      : [
          `delivery.leaseSeconds ${leaseSeconds} must be below delivery.relayTimeoutSeconds ${relayTimeoutSeconds}, or the channels of a relay that died wait for longer than it could have lived`,
        ]),
  ];
};

const isOrigin = (origin: string): boolean => {
  if (origin === '*') return true;
  const url = URL.parse(origin);
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.origin === origin;
};

const restApiFaults = ({ reservedConcurrency, requestsPerSecond, origins }: RestApiSettings): string[] => [
  ...wholeNumber('restApi.reservedConcurrency', reservedConcurrency, 1, 1_000),
  ...wholeNumber('restApi.requestsPerSecond', requestsPerSecond, 1, 10_000),
  ...origins
    .filter((origin) => !isOrigin(origin))
    .map((origin) => `restApi.origins must be * or origins such as https://live.example.com, has ${origin}`),
  ...(origins.length > 1 && origins.includes('*') ? ['restApi.origins has * and more, and * is every origin'] : []),
];

const isIssuer = (issuer: string): boolean => {
  const url = URL.parse(issuer);
  return url !== null && url.protocol === 'https:' && url.search === '' && url.hash === '' && url.username === '';
};

const oidcFaults = ({ issuer, audience }: OidcSettings): string[] => [
  ...(isIssuer(issuer) ? [] : [`oidc.issuer must be an https address without a query, is ${issuer}`]),
  // AppSync takes it for a regular expression, and API Gateway for a word: these characters are the same to both.
  ...(/^[\w-]+$/.test(audience)
    ? []
    : [`oidc.audience must be letters, digits, dashes and underscores, is ${JSON.stringify(audience)}`]),
];

/** What is wrong with how messages reach clients, as sentences. */
export const deliveryFaults = ({ natGateways, delivery, restApi, oidc }: Environment): readonly string[] => [
  // None would leave the relay without a way: AppSync Events has no private endpoint. There are two zones.
  ...wholeNumber('natGateways', natGateways, 1, 2),
  ...relayFaults(delivery),
  ...restApiFaults(restApi),
  ...oidcFaults(oidc),
];
