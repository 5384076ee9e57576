import { paginateListEventSourceMappings } from '@aws-sdk/client-lambda';
import type { Readiness } from '../../lambdas/operations/readiness/readiness.ts';
import type { Hold } from '../../lambdas/shared/holds/hold.ts';
import type { OpsClients } from './aws.ts';
import { readStanding } from './hold/read-standing.ts';
import { invokeFunction } from './invoke.ts';
import { type DeliveryStatus, readDelivery } from './read-delivery.ts';
import { readMetrics } from './metrics.ts';
import { invokeMigration, type MigrationAnswer } from './migration.ts';

/** What a source's function counted in the period. */
export interface SourceCounts {
  /** The longest a record waited from arrival to stored. Milliseconds; undefined without records. */
  readonly lagMs: number | undefined;
  readonly stored: number;
  readonly duplicates: number;
  readonly retries: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
  /** Records that were answered to be delivered again, by reason: what the mapping tries once more. */
  readonly unfinished: Readonly<Record<string, number>>;
}

/** Without counts where CloudWatch did not answer. */
export interface SourceStatus extends Partial<SourceCounts> {
  readonly source: string;
  /** `Enabled`, `Disabled`, … as Lambda says it; `unknown` where Lambda did not answer, `none` where there is none. */
  readonly mapping: string;
  /** The hold that stands. */
  readonly hold?: Hold;
}

export interface PlatformStatus {
  readonly env: string;
  readonly sinceMinutes: number;
  /** Ready, and every mapping enabled, and no hold, and no problem. */
  readonly well: boolean;
  readonly readiness?: Readiness;
  readonly sources: readonly SourceStatus[];
  /** Without it, nothing was measured lately. */
  readonly delivery?: DeliveryStatus;
  readonly migration?: MigrationAnswer;
  /** What could not be asked or is not there, in sentences; the rest is told all the same. */
  readonly problems: readonly string[];
}

/** Longer than a cold start and an answer take. */
const timeoutMs = 10_000;

const metricNames = {
  Lag: 'Maximum',
  Stored: 'Sum',
  Duplicates: 'Sum',
  Retries: 'Sum',
  Rejected: 'Sum',
  Unfinished: 'Sum',
} as const;

const listMappings = async ({ lambda }: OpsClients, env: string, abortSignal: AbortSignal) => {
  const prefix = `millrace-${env}-enrichment-`;
  const states = new Map<string, string>();
  for await (const { EventSourceMappings = [] } of paginateListEventSourceMappings(
    { client: lambda },
    {},
    { abortSignal },
  )) {
    for (const { FunctionArn = '', State = 'unknown' } of EventSourceMappings) {
      const name = FunctionArn.split(':')[6] ?? '';
      const source = name.slice(prefix.length);
      // While one is replaced there are two: the one that does not read is the one to know of.
      if (name.startsWith(prefix) && (states.get(source) ?? 'Enabled') === 'Enabled') states.set(source, State);
    }
  }
  return states;
};

const countsOf = (metrics: Readonly<Record<string, Readonly<Record<string, number>>>>): SourceCounts => ({
  lagMs: metrics['Lag']?.[''],
  stored: metrics['Stored']?.[''] ?? 0,
  duplicates: metrics['Duplicates']?.[''] ?? 0,
  retries: metrics['Retries'] ?? {},
  rejected: metrics['Rejected'] ?? {},
  unfinished: metrics['Unfinished'] ?? {},
});

const said = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  return error.message || `${error.name} ${(error as NodeJS.ErrnoException).code ?? ''}`.trim();
};

/** Asks for everything at once; what does not answer becomes a problem and hides nothing else. */
export const readStatus = async (
  clients: OpsClients,
  env: string,
  sinceMinutes: number,
  now: Date,
): Promise<PlatformStatus> => {
  const problems: string[] = [];
  const signal = AbortSignal.timeout(timeoutMs);
  const unless = <T>(what: string, asked: Promise<T>): Promise<T | undefined> =>
    asked.catch((error: unknown) => void problems.push(`${what}: ${said(error)}`));
  const from = new Date(now.getTime() - sinceMinutes * 60_000);
  const readinessFunction = `millrace-${env}-operations-check-readiness`;
  const counts = Promise.all([
    readMetrics(clients.cloudwatch, { names: metricNames, from, to: now }, signal),
    readDelivery(clients.cloudwatch, env, now, signal),
  ]);
  const [readiness, mappings, [metrics, delivery] = [], migration] = await Promise.all([
    unless(
      `readiness is not known, ${readinessFunction} cannot be invoked`,
      invokeFunction(clients.lambda, readinessFunction, 'readiness', {}, signal) as Promise<Readiness>,
    ),
    unless('the mappings are not known', listMappings(clients, env, signal)),
    unless('the counts are not known', counts),
    unless('the database’s version is not known', invokeMigration(clients.lambda, env, 'status', signal)),
  ]);
  const names = new Set([...(readiness?.sources.map(({ source }) => source) ?? []), ...(mappings?.keys() ?? [])]);
  if (mappings?.size === 0) problems.push('no source has a mapping: is the enrichment stack deployed?');
  const standing = await unless('the holds are not known', readStanding(clients.holds, [...names]));
  const holdOf = (source: string): Pick<SourceStatus, 'hold'> => {
    const hold = standing?.get(source);
    return hold ? { hold } : {};
  };
  const sources = [...names].map((source) => ({
    source,
    mapping: mappings ? (mappings.get(source) ?? 'none') : 'unknown',
    ...holdOf(source),
    ...(metrics ? countsOf(metrics.get(source) ?? {}) : {}),
  }));
  const isRead = sources.length > 0 && sources.every(({ mapping, hold }) => mapping === 'Enabled' && !hold);
  return {
    env,
    sinceMinutes,
    well: readiness?.ready === true && isRead && problems.length === 0,
    ...(readiness ? { readiness } : {}),
    sources,
    ...(delivery ? { delivery } : {}),
    ...(migration ? { migration } : {}),
    problems,
  };
};
