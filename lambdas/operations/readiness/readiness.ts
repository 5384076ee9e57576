import { UnavailableError } from '../../shared/errors/platform-error.ts';
import { judgeLag, type Reading } from './lag.ts';
import { problemOf } from './problem.ts';

export type DependencyKind = 'database' | 'table' | 'queue' | 'registry' | 'bucket';

export interface DependencyReadiness {
  readonly name: string;
  readonly kind: DependencyKind;
  readonly ok: boolean;
  readonly latencyMs: number;
  /** Names what is wrong and the way out; never a value, a key or a message that is not ours. */
  readonly problem?: string;
}

export interface SourceReadiness {
  readonly source: string;
  readonly ok: boolean;
  /** How long records wait, milliseconds; absent where it could not be found out. */
  readonly lagMs?: number | 'no records';
  readonly maxLagSeconds: number;
  readonly problem?: string;
}

/** Whether the platform can do its work now, and what keeps it from it. */
export interface Readiness {
  /** Every dependency and every source is ok. */
  readonly ready: boolean;
  /** ISO 8601, UTC. */
  readonly checkedAt: string;
  readonly dependencies: readonly DependencyReadiness[];
  readonly sources: readonly SourceReadiness[];
}

/** Uses a dependency for real; throws where it cannot. @param signal - aborted when nobody waits for it any more */
export interface DependencyCheck {
  readonly name: string;
  readonly kind: DependencyKind;
  readonly use: (signal: AbortSignal) => Promise<void>;
}

/** Finds out how far a source's function is behind. */
export interface SourceCheck {
  readonly source: string;
  readonly maxLagSeconds: number;
  readonly read: (signal: AbortSignal) => Promise<Reading>;
}

export interface ReadinessChecks {
  readonly dependencies: readonly DependencyCheck[];
  readonly sources: readonly SourceCheck[];
  /** Of each check on its own, milliseconds. */
  readonly timeoutMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Ends the wait also for what neither answers nor heeds its signal. */
const within = async <T>(timeoutMs: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new UnavailableError('time', `gave no answer within ${timeoutMs / 1000} s: it hangs, or nothing leads there`),
      );
      late.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([(async () => run(late.signal))(), timeout]);
  } finally {
    clearTimeout(timer);
  }
};

const checkDependency = async (
  { name, kind, use }: DependencyCheck,
  { timeoutMs, now }: ReadinessChecks,
): Promise<DependencyReadiness> => {
  const startedAt = now();
  const answer = (outcome: { ok: true } | { ok: false; problem: string }): DependencyReadiness => ({
    name,
    kind,
    latencyMs: now() - startedAt,
    ...outcome,
  });
  try {
    await within(timeoutMs, use);
    return answer({ ok: true });
  } catch (error) {
    return answer({ ok: false, problem: problemOf(error) });
  }
};

const checkSource = async (
  { source, maxLagSeconds, read }: SourceCheck,
  { timeoutMs, now }: ReadinessChecks,
): Promise<SourceReadiness> => {
  try {
    const { lagMs, problem } = judgeLag(await within(timeoutMs, read), maxLagSeconds, now());
    const seen = { source, maxLagSeconds, ...(lagMs === undefined ? {} : { lagMs }) };
    return problem === undefined ? { ...seen, ok: true } : { ...seen, ok: false, problem };
  } catch (error) {
    return { source, maxLagSeconds, ok: false, problem: `its lag is not known: ${problemOf(error)}` };
  }
};

/** Asks everything at once, so that the answer takes as long as the slowest check and at most `timeoutMs`. Never throws. */
export const checkReadiness = async (checks: ReadinessChecks): Promise<Readiness> => {
  const checkedAt = new Date(checks.now()).toISOString();
  const [dependencies, sources] = await Promise.all([
    Promise.all(checks.dependencies.map((check) => checkDependency(check, checks))),
    Promise.all(checks.sources.map((check) => checkSource(check, checks))),
  ]);
  const ready = [...dependencies, ...sources].every(({ ok }) => ok);
  return { ready, checkedAt, dependencies, sources };
};
