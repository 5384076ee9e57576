import { describe, expect, it } from 'vitest';
import { badDeployOf } from '../../../bin/local/chaos/bad-deploying.ts';
import { checkReplay, readChaos } from '../../../bin/local/chaos/chaos-steps.ts';
import type { Paced } from '../../../feeds/pace.ts';
import { createMetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';

async function* replayOf(...sources: readonly string[]): AsyncGenerator<Paced> {
  for (const [index, source] of sources.entries())
    yield { dueMs: index * 20_000, event: { source } as unknown as Paced['event'] };
}

describe('a replay with faults', () => {
  it('says what it feeds, the busiest first', async () => {
    const fed = checkReplay(readChaos(['kill']), replayOf('social', 'market', 'market'), 1);
    await expect(fed).resolves.toEqual(['market', 'social']);
  });

  it('is refused where it has not the records that a fault needs', async () => {
    const steps = readChaos(['memory,postgres-deadlock']);
    await expect(checkReplay(steps, replayOf('market', 'market', 'market'), 1)).rejects.toThrow(
      '--chaos postgres-deadlock needs records of stadium-sensors, and the replay has none',
    );
    await expect(checkReplay(steps, replayOf('stadium-sensors', 'market', 'market'), 1)).resolves.toHaveLength(2);
  });

  it('is refused where it is too short', async () => {
    await expect(checkReplay(readChaos(['kill']), replayOf('market', 'market', 'market'), 10)).rejects.toThrow(
      'the replay is too short (4 s)',
    );
  });
});

describe('bad-deploy', () => {
  it('accounts for what was parked in its time, and for nothing else', async () => {
    let time = 1_000;
    const { fault, expected } = badDeployOf({
      functions: { reconfigure: () => () => {} },
      metrics: createMetricsStore(),
      source: 'market',
      functionName: 'f',
      now: () => time,
    });
    const letter = (changed: object) =>
      expected.isOne({
        source: 'market',
        position: { stream: 's', shard: '0', sequenceNumber: '1' },
        reason: 'too-large',
        arrivedAt: 1_500,
        failedAt: 1_600,
        takenInAt: 1_700,
        via: 'parked',
        digest: undefined,
        ...changed,
      });
    expect(letter({})).toBe(false);
    await fault.begin();
    expect(letter({})).toBe(true);
    time = 2_000;
    await fault.end();
    expect(letter({})).toBe(true);
    expect(letter({ arrivedAt: 900, takenInAt: 999 })).toBe(false);
    expect(letter({ arrivedAt: 2_001, takenInAt: 2_100 })).toBe(false);
    expect(letter({ source: 'social' })).toBe(false);
    expect(letter({ reason: 'foreign-frame' })).toBe(false);
  });
});
