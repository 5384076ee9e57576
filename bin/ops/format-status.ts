import type { Readiness } from '../../lambdas/operations/readiness/readiness.ts';
import { standingLine } from './hold/format-hold.ts';
import type { PlatformStatus, SourceStatus } from './read-status.ts';

const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ') || 'none';

const milliseconds = (ms: number): string => `${Math.round(ms)} ms`;

/** @param held - the sources over which a hold stands */
const readinessLines = (readiness: Readiness, held: readonly string[]): string[] => {
  const { ready, checkedAt, dependencies, sources } = readiness;
  const width = Math.max(
    0,
    ...dependencies.map(({ name }) => name.length),
    ...sources.map(({ source }) => source.length),
  );
  const line = (kind: string, name: string, ok: boolean, rest: string): string =>
    `  ${kind.padEnd(8)}  ${name.padEnd(width)}  ${ok ? 'ok    ' : 'NOT OK'}  ${rest}`;
  return [
    `${ready ? 'ready' : 'NOT READY'} at ${checkedAt}${held.length > 0 ? `; HELD: ${held.join(', ')}` : ''}`,
    ...dependencies.map(({ kind, name, ok, latencyMs, problem }) =>
      line(kind, name, ok, problem ?? milliseconds(latencyMs)),
    ),
    ...sources.map(({ source, ok, lagMs, maxLagSeconds, problem }) => {
      if (held.includes(source))
        return line('source', source, false, `is held, and not read: npm run ops -- hold list ${source}`);
      const lag = typeof lagMs === 'number' ? `lag ${milliseconds(lagMs)}` : 'no records lately';
      return line('source', source, ok, problem ?? `${lag}, ${maxLagSeconds} s are allowed`);
    }),
  ];
};

const sourceLines = ({ source, mapping, hold, lagMs, ...counts }: SourceStatus): string[] => {
  const held = hold ? [`  HELD ${standingLine(hold)}`] : [];
  const { stored, duplicates, retries, rejected, unfinished } = counts;
  if (stored === undefined || !retries || !rejected || !unfinished) return [`${source}: mapping ${mapping}`, ...held];
  return [
    `${source}: mapping ${mapping}, lag ${lagMs === undefined ? 'unknown (no records)' : `${milliseconds(lagMs)} at most`}`,
    ...held,
    `  stored ${stored}, duplicates ${duplicates}`,
    `  retries: ${list(retries)}`,
    `  rejected: ${list(rejected)}`,
    `  to be delivered again: ${list(unfinished)}`,
  ];
};

const deliveryLine = ({ delivery }: PlatformStatus): string => {
  if (!delivery) return 'delivery: not measured lately; the sweep does so every minute';
  const { unsent, oldestUnsentSeconds, measuredAt } = delivery;
  const oldest = unsent > 0 ? `, the oldest for ${Math.round(oldestUnsentSeconds)} s` : '';
  return `delivery: ${unsent} wait to be published${oldest}; measured at ${measuredAt.slice(11, 16)}Z`;
};

/** As lines for a person: first whether it is ready, and what is in the way. */
export const formatStatus = (status: PlatformStatus): string => {
  const { env, sinceMinutes, readiness, sources, migration, problems } = status;
  const version = migration
    ? `database at migration ${migration.version}${migration.pending.length > 0 ? `, pending: ${migration.pending.join(', ')}` : ''}`
    : 'version of the database unknown';
  return [
    ...(readiness
      ? readinessLines(
          readiness,
          sources.flatMap(({ source, hold }) => (hold ? [source] : [])),
        )
      : []),
    ...problems.map((problem) => `PROBLEM  ${problem}`),
    `${env}, last ${sinceMinutes} min; ${version}`,
    ...sources.flatMap(sourceLines),
    deliveryLine(status),
  ].join('\n');
};
