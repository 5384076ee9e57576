import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { checkEnvironment } from './check-environment.ts';
import { ConfigurationError } from './configuration-error.ts';
import { type DeliverySettings, type Environment, type EnvironmentName, environmentNames } from './environment.ts';
import { sourcesOf } from './sources.ts';

/** The same everywhere, because it is about the code and not about the load. */
const everywhere = {
  accountConcurrency: 1000,
  deadLetterDays: 90,
  maxRecordBytes: 256 * 1024,
  maxFutureSeconds: 300,
  partitionDaysAhead: 7,
  alarmRecipients: [],
} as const;

const reading = {
  transport: 'kinesis',
  lanesPerShard: 1,
  batchSize: 500,
  memoryMb: 1769, // one whole processor
  timeoutSeconds: 60,
  // They bound crash loops. An outage is held before it has spent a quarter of them: hold-arithmetic.ts, checked.
  attempts: 100,
  holdAfterSeconds: 60,
} as const;

/** Retention > record age > longest hold: checked. */
const aDay = { retentionHours: 24, maxRecordAgeHours: 18, longestHoldHours: 12 } as const;
const aWeek = { retentionHours: 168, maxRecordAgeHours: 144, longestHoldHours: 96 } as const;

const relaying = {
  // A relay that waits for the turn of a channel costs a connection and no work, and must not keep others from theirs.
  relayConcurrency: 6,
  relayTimeoutSeconds: 30,
  leaseSeconds: 15,
  keepEachHours: 24,
  keepLatestHours: 1, // 5 a second of 9 KB are 4 GB a match and day
  memoryMb: 512,
  maxUnsentSeconds: 30, // where wakes are lost, the sweep finds everything within a minute: that is seen, too
} as const satisfies DeliverySettings;

const answering = { reservedConcurrency: 4, requestsPerSecond: 50, origins: [] } as const;

/** Yours: API Gateway asks the issuer at deploy, and refuses one that does not answer. */
const issuerOf = (environment: EnvironmentName): string => `https://issuer.${environment}.millrace.example`;

const table: Readonly<Record<EnvironmentName, Omit<Environment, 'name'>>> = {
  local: {
    ...everywhere,
    retainData: false,
    logDays: RetentionDays.ONE_DAY,
    horizonDays: 'none', // recordings are of any age
    database: {
      minCapacity: 0.5,
      maxCapacity: 1,
      connections: 100,
      standbys: 0,
      proxy: false,
      ioOptimized: false,
      backupDays: 1,
    },
    natGateways: 1,
    delivery: relaying,
    // The page's own server asks for it: no other page of the developer's browser may read the run.
    restApi: answering,
    oidc: { issuer: 'https://issuer.millrace.invalid', audience: 'millrace' },
    // 512 MB is what every function promises to stay below; the local run ends one that does not. And whoever sits before
    // it has less patience than a stream.
    sources: sourcesOf('local', { ...reading, ...aDay, memoryMb: 512, holdAfterSeconds: 20, maxLagSeconds: 60 }),
  },
  dev: {
    ...everywhere,
    retainData: false,
    logDays: RetentionDays.ONE_WEEK,
    horizonDays: 120,
    database: {
      minCapacity: 0.5,
      maxCapacity: 2,
      connections: 180,
      standbys: 0,
      proxy: false,
      ioOptimized: false,
      backupDays: 1,
    },
    natGateways: 1,
    delivery: relaying,
    restApi: answering,
    oidc: { issuer: issuerOf('dev'), audience: 'millrace' },
    sources: sourcesOf('dev', { ...reading, ...aDay, maxLagSeconds: 300 }),
  },
  staging: {
    ...everywhere,
    retainData: true,
    logDays: RetentionDays.ONE_MONTH,
    horizonDays: 120,
    database: {
      minCapacity: 1,
      maxCapacity: 16,
      connections: 1000,
      standbys: 1,
      proxy: true,
      ioOptimized: false,
      backupDays: 7,
    },
    natGateways: 1,
    delivery: { ...relaying, relayConcurrency: 20, memoryMb: 1024 },
    restApi: { ...answering, reservedConcurrency: 10, requestsPerSecond: 500 },
    oidc: { issuer: issuerOf('staging'), audience: 'millrace' },
    sources: sourcesOf('staging', { ...reading, ...aWeek, lanesPerShard: 2, maxLagSeconds: 120 }),
  },
  prod: {
    ...everywhere,
    retainData: true,
    logDays: RetentionDays.THREE_MONTHS,
    horizonDays: 400,
    database: {
      minCapacity: 2,
      maxCapacity: 64,
      connections: 2000,
      standbys: 1,
      proxy: true,
      ioOptimized: true,
      backupDays: 35,
    },
    natGateways: 2,
    delivery: { ...relaying, relayConcurrency: 40, memoryMb: 1769 },
    // 10,000 clients that come back within ten seconds.
    restApi: { ...answering, reservedConcurrency: 40, requestsPerSecond: 1_000 },
    oidc: { issuer: issuerOf('prod'), audience: 'millrace' },
    sources: sourcesOf('prod', { ...reading, ...aWeek, lanesPerShard: 2, maxLagSeconds: 60 }),
  },
};

const isEnvironmentName = (name: unknown): name is EnvironmentName => environmentNames.some((known) => known === name);

/**
 * The checked values of an environment.
 * @throws ConfigurationError for an unknown name, or naming every value that contradicts another or what AWS allows
 */
export const environmentNamed = (name: unknown): Environment => {
  if (!isEnvironmentName(name)) {
    const given = name === undefined ? 'no environment is named' : `there is no environment ${JSON.stringify(name)}`;
    throw new ConfigurationError([`${given}: pass -c env=<name>, one of ${environmentNames.join(', ')}`]);
  }
  const environment = { name, ...table[name] };
  const faults = checkEnvironment(environment);
  if (faults.length > 0) throw new ConfigurationError(faults.map((fault) => `environment ${name}: ${fault}`));
  return environment;
};
