import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../lambdas/operations/readiness/lag.ts';
import {
  checkReadiness,
  type DependencyCheck,
  type Readiness,
  type ReadinessChecks,
} from '../../../lambdas/operations/readiness/readiness.ts';

const kinds = ['database', 'table', 'queue', 'registry', 'bucket'] as const;
const now = Date.UTC(2026, 10, 21, 12);
const flowing: Reading = { mappings: ['Enabled'], ages: [{ at: now - 60_000, ms: 120 }], arrivals: [now - 60_000] };

const healthy = (): ReadinessChecks => ({
  dependencies: kinds.map((kind) => ({ name: `the ${kind}`, kind, use: async () => {} })),
  sources: ['market', 'social'].map((source) => ({ source, maxLagSeconds: 60, read: async () => flowing })),
  timeoutMs: 40,
  now: () => now,
});

/** Everything well but one dependency, and what `use` does there. */
const withOne = (kind: string, use: DependencyCheck['use']): Promise<Readiness> => {
  const checks = healthy();
  return checkReadiness({
    ...checks,
    dependencies: checks.dependencies.map((check) => (check.kind === kind ? { ...check, use } : check)),
  });
};

const notOk = ({ dependencies, sources }: Readiness): string[] => [
  ...dependencies.filter(({ ok }) => !ok).map(({ kind, problem }) => `${kind}: ${problem}`),
  ...sources.filter(({ ok }) => !ok).map(({ source, problem }) => `${source}: ${problem}`),
];

const never = (): Promise<never> => new Promise(() => {});

describe('readiness', () => {
  it('is there when every dependency answers and every source is read', async () => {
    expect(await checkReadiness(healthy())).toEqual({
      ready: true,
      checkedAt: '2026-11-21T12:00:00.000Z',
      dependencies: kinds.map((kind) => ({ name: `the ${kind}`, kind, ok: true, latencyMs: 0 })),
      sources: [
        { source: 'market', ok: true, lagMs: 120, maxLagSeconds: 60 },
        { source: 'social', ok: true, lagMs: 120, maxLagSeconds: 60 },
      ],
    });
  });

  it.each(kinds)('is not there when only the %s fails, and names it', async (kind) => {
    const answer = await withOne(kind, async () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    });
    expect(answer.ready).toBe(false);
    expect(notOk(answer)).toEqual([
      `${kind}: cannot be reached (ECONNREFUSED): check that it runs and that our network leads there`,
    ]);
  });

  it.each(kinds)('is not there when only the %s hangs, does not wait for it, and tells it to stop', async (kind) => {
    const startedAt = performance.now();
    const signals: AbortSignal[] = [];
    const answer = await withOne(kind, (signal) => {
      signals.push(signal);
      return never();
    });
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect(answer.ready).toBe(false);
    expect(notOk(answer)).toEqual([`${kind}: gave no answer within 0.04 s: it hangs, or nothing leads there`]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it.each([undefined, null, 'password=hunter2', 42, { password: 'hunter2' }])(
    'survives a dependency that throws %j, and repeats nothing of it',
    async (thrown) => {
      const answer = await withOne('queue', () => {
        throw thrown;
      });
      expect(answer.ready).toBe(false);
      expect(notOk(answer)).toHaveLength(1);
      expect(JSON.stringify(answer)).not.toContain('hunter2');
    },
  );

  it('asks all at once: many that hang cost no more than one', async () => {
    const checks = healthy();
    const startedAt = performance.now();
    const answer = await checkReadiness({
      ...checks,
      timeoutMs: 600,
      dependencies: checks.dependencies.map((check) => ({ ...check, use: never })),
      sources: checks.sources.map((check) => ({ ...check, read: never })),
    });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(notOk(answer)).toHaveLength(7);
  });

  it('is not there when one source is too far behind, and tells of the others as they are', async () => {
    const checks = healthy();
    const [first, second] = checks.sources;
    const behind = { ...flowing, ages: [{ at: now - 60_000, ms: 61_000 }] };
    const answer = await checkReadiness({ ...checks, sources: [{ ...first!, read: async () => behind }, second!] });
    expect(answer.ready).toBe(false);
    expect(answer.sources.map(({ source, ok, lagMs }) => [source, ok, lagMs])).toEqual([
      ['market', false, 61_000],
      ['social', true, 120],
    ]);
  });

  it('is not there when the lag of a source cannot be found out', async () => {
    const checks = healthy();
    const [first] = checks.sources;
    const read = async (): Promise<Reading> => {
      throw Object.assign(new Error('User: arn:… is not authorized'), {
        name: 'AccessDeniedException',
        $metadata: { httpStatusCode: 400 },
      });
    };
    const answer = await checkReadiness({ ...checks, sources: [{ ...first!, read }] });
    expect(answer.ready).toBe(false);
    expect(answer.sources).toEqual([
      {
        source: 'market',
        ok: false,
        maxLagSeconds: 60,
        problem: 'its lag is not known: refused us (AccessDeniedException): check the rights of this function’s role',
      },
    ]);
  });
});
