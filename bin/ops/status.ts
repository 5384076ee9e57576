import { paginateListEventSourceMappings, type EventSourceMappingConfiguration } from '@aws-sdk/client-lambda';
import { connectTo, type OpsClients } from './aws.ts';
import { parseOptions, UsageError, type Command } from './command.ts';
import { readMetric } from './metrics.ts';
import { invokeMigration, type MigrationAnswer } from './migration.ts';

export interface SourceStatus {
  readonly source: string;
  /** `Enabled`, `Disabled`, … as Lambda says it. */
  readonly mapping: string;
  /** The longest a record waited from arrival to stored, in the period. Milliseconds; undefined without records. */
  readonly lagMs: number | undefined;
  readonly stored: number;
  readonly duplicates: number;
  readonly retries: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
  /** Records that were answered to be delivered again, by reason: what the mapping tries once more. */
  readonly unfinished: Readonly<Record<string, number>>;
}

export interface PlatformStatus {
  readonly env: string;
  readonly sinceMinutes: number;
  readonly sources: readonly SourceStatus[];
  readonly migration: MigrationAnswer;
}

const sourceOf = (functionArn: string, prefix: string): string | undefined => {
  const name = functionArn.split(':')[6] ?? '';
  return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
};

/** Of a metric that has no reasons. */
const total = (counts: Readonly<Record<string, number>>): number => counts[''] ?? 0;

const listMappings = async ({ lambda }: OpsClients): Promise<EventSourceMappingConfiguration[]> => {
  const found: EventSourceMappingConfiguration[] = [];
  for await (const { EventSourceMappings = [] } of paginateListEventSourceMappings({ client: lambda }, {})) {
    found.push(...EventSourceMappings);
  }
  return found;
};

/** Per source: mapping state, lag, retries and rejects by reason; and the version of the database. */
export const readStatus = async (
  clients: OpsClients,
  env: string,
  sinceMinutes: number,
  now: Date,
): Promise<PlatformStatus> => {
  const from = new Date(now.getTime() - sinceMinutes * 60_000);
  const mappings = await listMappings(clients);
  const sources = mappings.flatMap(({ FunctionArn = '', State = 'unknown' }) => {
    const source = sourceOf(FunctionArn, `millrace-${env}-enrichment-`);
    return source === undefined ? [] : [{ source, mapping: State }];
  });
  const read = (name: string, source: string, stat: 'Sum' | 'Maximum'): Promise<Record<string, number>> =>
    readMetric(clients.cloudwatch, name, source, stat, from, now);
  const [migration, ...statuses] = await Promise.all([
    invokeMigration(clients.lambda, env, 'status'),
    ...sources.map(async ({ source, mapping }): Promise<SourceStatus> => {
      const [lag, stored, duplicates, retries, rejected, unfinished] = await Promise.all([
        read('Lag', source, 'Maximum'),
        read('Stored', source, 'Sum'),
        read('Duplicates', source, 'Sum'),
        read('Retries', source, 'Sum'),
        read('Rejected', source, 'Sum'),
        read('Unfinished', source, 'Sum'),
      ]);
      return {
        source,
        mapping,
        lagMs: lag[''],
        stored: total(stored),
        duplicates: total(duplicates),
        retries,
        rejected,
        unfinished,
      };
    }),
  ]);
  return { env, sinceMinutes, sources: statuses, migration };
};

const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ') || 'none';

/** As lines for a person. */
export const formatStatus = ({ env, sinceMinutes, sources, migration }: PlatformStatus): string =>
  [
    `${env}, last ${sinceMinutes} min; database at migration ${migration.version}${migration.pending.length > 0 ? `, pending: ${migration.pending.join(', ')}` : ''}`,
    ...sources.flatMap(({ source, mapping, lagMs, stored, duplicates, retries, rejected, unfinished }) => [
      `${source}: mapping ${mapping}, lag ${lagMs === undefined ? 'unknown (no records)' : `${Math.round(lagMs)} ms at most`}`,
      `  stored ${stored}, duplicates ${duplicates}`,
      `  retries: ${list(retries)}`,
      `  rejected: ${list(rejected)}`,
      `  to be delivered again: ${list(unfinished)}`,
    ]),
    ...(sources.length === 0 ? ['no source has a mapping: is the enrichment stack deployed?'] : []),
  ].join('\n');

export const statusCommand: Command = {
  summary: 'per source: mapping state, lag, retries and rejects by reason; migration version',
  help: `Usage: npm run ops -- status [--env ENV] [--since MINUTES] [--json]

Exit status 0 when there is a mapping and every one is enabled, 1 when not.`,
  run: async (args) => {
    const { env, json, values, positionals } = parseOptions(args, { since: { type: 'string', default: '60' } });
    if (positionals.length > 0) throw new UsageError(`status: takes no "${positionals.join(' ')}"`);
    const since = Number(values['since']);
    if (!Number.isInteger(since) || since < 1)
      throw new UsageError('--since: must be a whole number of minutes, 1 or more');
    const status = await readStatus(connectTo(env), env, since, new Date());
    console.log(json ? JSON.stringify(status, null, 2) : formatStatus(status));
    const well = status.sources.length > 0 && status.sources.every(({ mapping }) => mapping === 'Enabled');
    return well ? 0 : 1;
  },
};
