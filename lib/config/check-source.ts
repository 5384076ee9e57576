import type { Environment, SourceSettings } from './environment.ts';
import { attemptsSpent, leastAttempts } from './hold-arithmetic.ts';
import { enrichmentUser, physicalName } from './names.ts';

const hour = 3600;

/** A whole number within what AWS takes. */
const ranges: readonly (readonly [keyof SourceSettings, number, number])[] = [
  ['shards', 1, 20_000],
  ['lanesPerShard', 1, 10],
  ['batchSize', 1, 10_000],
  ['reservedConcurrency', 1, 10_000],
  ['memoryMb', 128, 10_240],
  // Longer waits would end before the part of the timeout that hold-arithmetic.ts counts on: a thousand short pauses do.
  ['timeoutSeconds', 10, 300],
  ['attempts', 1, 10_000],
  ['holdAfterSeconds', 1, 600],
  // Seven days is as long as parking remembers what it has parked (lambdas/enrichment/parked-store.ts).
  ['retentionHours', 24, 168],
  ['maxRecordAgeHours', 1, 168],
  ['longestHoldHours', 1, 168],
  ['maxLagSeconds', 60, 24 * hour],
];

const nameFaults = (environment: Environment, name: string): string[] => {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return ['its name must be lower-case words joined by dashes'];
  const functionName = physicalName(environment.name, 'enrichment', name);
  return [
    ...(functionName.length > 64 ? [`its function would be named ${functionName}: more than 64 characters`] : []),
    ...(enrichmentUser(name).length > 63
      ? [`its database user would be named ${enrichmentUser(name)}: more than 63 characters`]
      : []),
  ];
};

const subjectFaults = ({ sources }: Environment, name: string, { subjects }: SourceSettings): string[] => [
  ...(subjects.length === 0 ? ['it has no subjects'] : []),
  ...subjects
    .filter((subject, index) => subjects.indexOf(subject) !== index)
    .map((subject) => `${subject} is listed twice`),
  ...Object.entries(sources).flatMap(([other, { subjects: theirs }]) =>
    other < name
      ? subjects.filter((subject) => theirs.includes(subject)).map((subject) => `${subject} belongs to ${other}`)
      : [],
  ),
];

/** What is wrong with a source's row, as sentences that name it. */
export const checkSource = (environment: Environment, name: string, source: SourceSettings): readonly string[] => {
  const { transport, shards, lanesPerShard, reservedConcurrency, retentionHours, maxRecordAgeHours, longestHoldHours } =
    source;
  const lanes = shards * lanesPerShard;
  const faults = [
    ...nameFaults(environment, name),
    ...subjectFaults(environment, name, source),
    // The type says so already; a value that came past it would otherwise be taken for Kinesis.
    ...((transport as string) === 'kinesis'
      ? []
      : [`transport ${transport as string} is not known; there is: kinesis`]),
    ...ranges.flatMap(([key, least, most]) => {
      const value = source[key] as number;
      return Number.isInteger(value) && value >= least && value <= most
        ? []
        : [`${key} must be a whole number from ${least} to ${most}, is ${value}`];
    }),
    ...(retentionHours > maxRecordAgeHours
      ? []
      : [
          `retentionHours ${retentionHours} must be above maxRecordAgeHours ${maxRecordAgeHours}, or records expire unread`,
        ]),
    ...(maxRecordAgeHours > longestHoldHours
      ? []
      : [
          `maxRecordAgeHours ${maxRecordAgeHours} must be above longestHoldHours ${longestHoldHours}, or held records are given up`,
        ]),
    ...(source.attempts < 1 || source.attempts >= leastAttempts(source)
      ? []
      : [
          `attempts ${source.attempts} must be at least ${leastAttempts(source)}: an outage spends ${attemptsSpent(source)} before its hold has stopped the reading, and that may be a quarter of them`,
        ]),
    ...(reservedConcurrency >= lanes
      ? []
      : [
          `reservedConcurrency ${reservedConcurrency} is below its ${lanes} lanes (shards × lanesPerShard): lanes would be throttled`,
        ]),
  ];
  return faults.map((fault) => `source ${name}: ${fault}`);
};
