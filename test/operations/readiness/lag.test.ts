import { describe, expect, it } from 'vitest';
import { judgeLag, type Reading } from '../../../lambdas/operations/readiness/lag.ts';

const minute = 60_000;
const now = Date.UTC(2026, 10, 21, 12, 0, 30);
/** The start of the minute so many minutes ago. */
const ago = (minutes: number): number => Math.floor(now / minute) * minute - minutes * minute;

const judge = (reading: Partial<Reading>, maxLagSeconds = 60) =>
  judgeLag({ mappings: ['Enabled'], ages: [], arrivals: [], ...reading }, maxLagSeconds, now);

describe('the lag of a source', () => {
  it('is the longest age of the last five minutes: a lane that waits between attempts may be silent', () => {
    const ages = [0, 1, 5, 6, 9].map((minutes) => ({ at: ago(minutes), ms: minutes * 1_000 }));
    expect(judge({ ages })).toEqual({ lagMs: 5_000 });
  });

  it('is a problem above its setting, and only above', () => {
    expect(judge({ ages: [{ at: ago(1), ms: 60_000 }] })).toEqual({ lagMs: 60_000 });
    expect(judge({ ages: [{ at: ago(1), ms: 60_600 }] })).toEqual({
      lagMs: 60_600,
      problem: 'it is 61 s behind, 60 s are allowed: see docs/runbooks/enrichment-lag.md',
    });
  });

  it('is "no records" where nothing arrived and nothing was read', () => {
    expect(judge({})).toEqual({ lagMs: 'no records' });
    // Read long ago, and nothing since.
    expect(judge({ ages: [{ at: ago(20), ms: 90_000 }], arrivals: [ago(20)] })).toEqual({ lagMs: 'no records' });
  });

  it('is a problem where nothing reads', () => {
    expect(judge({ mappings: [] }).problem).toBe('no mapping reads its stream: deploy the enrichment stack');
  });

  it.each(['Disabled', 'Disabling', 'Enabling', 'Creating', 'unknown'])(
    'is a problem while a mapping is %s, whatever was read before',
    (state) => {
      const ages = [{ at: ago(1), ms: 10 }];
      for (const mappings of [[state], ['Enabled', state]]) {
        const { lagMs, problem } = judge({ mappings, ages, arrivals: [ago(1)] });
        expect(problem).toBe(`its mapping is ${state}: what arrives waits in the stream until the mapping is enabled`);
        expect(lagMs).toBeUndefined();
      }
    },
  );

  it('says how long records wait behind a mapping that is off', () => {
    expect(judge({ mappings: ['Disabled'], ages: [{ at: ago(30), ms: 10 }], arrivals: [ago(20), ago(10)] })).toEqual({
      lagMs: now - ago(19),
      problem: expect.stringContaining('its mapping is Disabled'),
    });
  });

  it('is a problem where records arrived and the function was handed none: throttled, or nothing can poll', () => {
    const verdict = judge({ ages: [{ at: ago(30), ms: 10 }], arrivals: [ago(30), ago(20), ago(10)] });
    expect(verdict.lagMs).toBe(now - ago(19));
    expect(verdict.problem).toContain('records of 11:40 UTC were not handed to its function');
    expect(judge({ arrivals: [ago(10)] }).problem).toContain('11:50 UTC');
  });

  it('waits until both metrics of a minute must be there, before it says so', () => {
    expect(judge({ ages: [{ at: ago(5), ms: 10 }], arrivals: [ago(3)] }).problem).toBeUndefined();
    expect(judge({ ages: [{ at: ago(5), ms: 10 }], arrivals: [ago(4)] }).problem).toContain('were not handed');
  });

  it('takes a minute in which records arrived and were read as read', () => {
    expect(judge({ ages: [{ at: ago(10), ms: 10 }], arrivals: [ago(10)] })).toEqual({ lagMs: 'no records' });
  });
});
