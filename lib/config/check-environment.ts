import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { deliveryFaults } from './check-delivery.ts';
import { checkSource } from './check-source.ts';
import type { Environment } from './environment.ts';

/** Instances of the operations functions: they take connections and concurrency like everyone else. */
export const operationsConcurrency = { migrateDatabase: 2, preparePartitions: 1, checkReadiness: 2 } as const;

/** Instances of the functions that look after what the relay publishes. */
export const deliveryConcurrency = { sweepChannels: 1, deletePublished: 1 } as const;

/** Instances of the functions that take dead letters in. They have no connection to the database. */
export const intakeConcurrency = { takeInParked: 5, takeInGivenUp: 2 } as const;

/** Instances of the function that keeps holds: the one of the schedule, and an operator's. It has no connection either. */
export const keeperConcurrency = { keepHolds: 2 } as const;

/** Aurora's own processes and an operator's session get these. */
const spareConnections = 10;
/** What one capacity unit (2 GiB) has memory for, by Aurora's own formula, rounded down. */
const connectionsPerUnit = 180;
const unreservedConcurrency = 100;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const concurrencyFaults = (environment: Environment): string[] => {
  const { accountConcurrency, database, delivery, restApi, sources } = environment;
  const connecting = sum([
    ...Object.values(sources).map(({ reservedConcurrency }) => reservedConcurrency),
    delivery.relayConcurrency,
    ...Object.values(deliveryConcurrency),
    restApi.reservedConcurrency, // those that read messages
    ...Object.values(operationsConcurrency),
  ]);
  const reserved =
    connecting +
    sum([
      restApi.reservedConcurrency, // those that read dead letters
      ...Object.values(intakeConcurrency),
      ...Object.values(keeperConcurrency),
    ]);
  const faults: string[] = [];
  if (reserved > accountConcurrency - unreservedConcurrency) {
    faults.push(
      `the functions reserve ${reserved} instances, the account's ${accountConcurrency} less ${unreservedConcurrency} are ` +
        `${accountConcurrency - unreservedConcurrency}: lower reservedConcurrency or raise accountConcurrency`,
    );
  }
  if (connecting > database.connections - spareConnections) {
    faults.push(
      `the functions may open ${connecting} connections, database.connections ${database.connections} less ` +
        `${spareConnections} are ${database.connections - spareConnections}: lower reservedConcurrency or raise it`,
    );
  }
  return faults;
};

const isCapacity = (units: number): boolean => units >= 0 && units <= 256 && Number.isInteger(units * 2);

const databaseFaults = ({ database }: Environment): string[] => {
  const { minCapacity, maxCapacity, connections, proxy, standbys, backupDays } = database;
  return [
    ...[minCapacity, maxCapacity]
      .filter((units) => !isCapacity(units))
      .map((units) => `database capacity must be 0 to 256 in steps of 0.5, is ${units}`),
    ...(minCapacity > maxCapacity
      ? [`database.minCapacity ${minCapacity} is above database.maxCapacity ${maxCapacity}`]
      : []),
    ...(maxCapacity < 1 ? [`database.maxCapacity must be at least 1, is ${maxCapacity}`] : []),
    ...(connections > connectionsPerUnit * maxCapacity
      ? [
          `database.connections ${connections} need more memory than database.maxCapacity ${maxCapacity} has: ` +
            `at most ${connectionsPerUnit * maxCapacity}`,
        ]
      : []),
    ...(proxy && minCapacity === 0
      ? ['database.proxy keeps connections open, so a database with minCapacity 0 would never pause']
      : []),
    ...(standbys < 0 || standbys > 15 || !Number.isInteger(standbys)
      ? [`database.standbys must be 0 to 15, is ${standbys}`]
      : []),
    ...(backupDays < 1 || backupDays > 35 ? [`database.backupDays must be 1 to 35, is ${backupDays}`] : []),
  ];
};

const recordFaults = (environment: Environment): string[] => {
  const { deadLetterDays, horizonDays, maxRecordBytes, maxFutureSeconds, partitionDaysAhead, logDays } = environment;
  const faults: string[] = [];
  const demand = (met: boolean, fault: string): void => {
    if (!met) faults.push(fault);
  };
  demand(deadLetterDays >= 90, `deadLetterDays must be at least 90, is ${deadLetterDays}`);
  demand(
    horizonDays === 'none' || horizonDays > deadLetterDays,
    `horizonDays ${horizonDays} must be above deadLetterDays ${deadLetterDays}, or a replayed dead letter is too old`,
  );
  demand(
    maxRecordBytes >= 1 && maxRecordBytes <= 1024 * 1024,
    `maxRecordBytes must be 1 to 1048576, which is what a stream takes, is ${maxRecordBytes}`,
  );
  demand(
    maxFutureSeconds >= 0 && maxFutureSeconds <= partitionDaysAhead * 86_400,
    `maxFutureSeconds ${maxFutureSeconds} must lie within partitionDaysAhead ${partitionDaysAhead}`,
  );
  demand(
    partitionDaysAhead >= 2,
    `partitionDaysAhead must be at least 2, so that a day’s failed run costs nothing, is ${partitionDaysAhead}`,
  );
  const allowed = Object.values(RetentionDays).filter((days) => typeof days === 'number');
  demand(allowed.includes(logDays), `logDays must be one of ${allowed.join(', ')}, is ${logDays}`);
  return faults;
};

/** Every value that AWS would refuse or that contradicts another, as sentences; nothing where all is well. */
export const checkEnvironment = (environment: Environment): readonly string[] => [
  ...recordFaults(environment),
  ...databaseFaults(environment),
  ...concurrencyFaults(environment),
  ...deliveryFaults(environment),
  ...Object.entries(environment.sources).flatMap(([name, source]) => checkSource(environment, name, source)),
];
