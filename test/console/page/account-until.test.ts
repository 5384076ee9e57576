import { describe, expect, it } from 'vitest';
import { takeAccountUntil, type UntilWorld } from '../../../bin/local/page/account-until.ts';
import type { DeliveryProgress } from '../../../bin/local/delivery-progress.ts';
import type { AccountReaders } from '../../../feeds/account/take-account.ts';
import type { StoredRow, StreamEntry } from '../../../feeds/account/evidence.ts';
import { DeliveryLog } from '../../../feeds/subscriber/delivery-log.ts';

const askedAt = 1_000;
const entry = (sequenceNumber: string, arrivedAt: number): StreamEntry => ({
  sequenceNumber,
  arrivedAt,
  bytes: Buffer.from(sequenceNumber),
});
const identityOf = (sequenceNumber: string) => ({
  source: 'market',
  sourceEventId: sequenceNumber,
  day: 0,
  bodyHash: sequenceNumber,
});
const row = ({ sequenceNumber, arrivedAt }: StreamEntry): StoredRow => ({
  ...identityOf(sequenceNumber),
  position: { stream: 's', shard: '0', sequenceNumber },
  arrivedAt,
  storedAt: arrivedAt + 5,
});

const progressWith = (fields: Partial<DeliveryProgress> = {}): DeliveryProgress => ({
  unsent: 0,
  unpublished: 0,
  waitingSince: undefined,
  lastNumbers: new Map(),
  ...fields,
});

/** A platform that has stored some of what is in its stream. */
const world = (
  records: readonly StreamEntry[],
  stored: () => readonly StreamEntry[],
  fields: Partial<UntilWorld> = {},
) => {
  let time = askedAt;
  const readers = {
    async *readStreams() {
      yield { source: 'market', stream: 's', shard: '0', keepsFrom: 0, records };
    },
    async *readStored() {
      yield stored().map(row);
    },
    async *readDeadLetters() {},
    async *readHeld() {},
    identify: (asked: readonly StreamEntry[]) =>
      Promise.resolve(asked.map(({ sequenceNumber }) => identityOf(sequenceNumber))),
  } as AccountReaders;
  return {
    readers,
    isCaughtUp: () => Promise.resolve(true),
    progress: () => Promise.resolve(progressWith()),
    log: () => undefined,
    now: () => time,
    sleep: (ms: number, signal: AbortSignal) => {
      time += ms;
      signal.throwIfAborted();
      return Promise.resolve();
    },
    ...fields,
  };
};
const patient = new AbortController().signal;

describe('an account while the feed runs', () => {
  const before = entry('1', 900);
  const after = entry('2', 1_100);

  it('is of what had arrived when it was asked for: what came later is neither lost nor a phantom', async () => {
    const stored = await takeAccountUntil(
      world([before, after], () => [before]),
      patient,
    );
    expect(stored).toMatchObject({ until: askedAt, balances: true, sources: [{ records: 1, stored: 1, lost: 0 }] });
    const both = await takeAccountUntil(
      world([before], () => [before, after]),
      patient,
    );
    expect(both).toMatchObject({ balances: true, sources: [{ phantom: 0 }] });
  });

  it('waits until that has been processed', async () => {
    let looks = 0;
    const isCaughtUp = (since: number): Promise<boolean> => {
      looks += 1;
      return Promise.resolve(since === askedAt && looks > 3);
    };
    const { tookMs } = await takeAccountUntil(
      world([before], () => [before], { isCaughtUp }),
      patient,
    );
    expect([looks, tookMs]).toEqual([4, 750]);
  });

  it('looks again for what is still on its way', async () => {
    let looks = 0;
    const account = await takeAccountUntil(
      world([before], () => ((looks += 1) < 3 ? [] : [before])),
      patient,
    );
    expect([looks, account.balances]).toEqual([3, true]);
  });

  it('says that it does not balance when it does not, after a few looks', async () => {
    const account = await takeAccountUntil(
      world([before], () => []),
      patient,
    );
    expect(account).toMatchObject({ balances: false, sources: [{ lost: 1 }] });
    expect(account.tookMs).toBe(6_000);
  });

  it('ends when nobody has patience any more', async () => {
    const never = { isCaughtUp: () => Promise.resolve(false) };
    const ended = AbortSignal.abort(new Error('too long'));
    await expect(
      takeAccountUntil(
        world([], () => [], never),
        ended,
      ),
    ).rejects.toThrow('too long');
  });
});

describe('the deliveries beside it', () => {
  const channel = 'social/posts/reds';
  const text = (number: number, source = 'social'): string =>
    JSON.stringify({
      channel,
      number,
      delivery: 'each',
      events: [
        {
          source,
          sourceEventId: `${number}`,
          entity: 'reds',
          occurredAt: '2026-01-01T00:00:00.000000Z',
          arrivedAt: '2026-01-01T00:00:00.000Z',
          priority: 'normal',
          body: {},
        },
      ],
    });
  const push = (log: DeliveryLog, ...texts: readonly string[]): void => {
    for (const one of texts) log.push(one, askedAt, () => true);
  };
  const take = (log: DeliveryLog, fields: Partial<UntilWorld> = {}) =>
    takeAccountUntil(
      world([before], () => [before], {
        log: () => log,
        progress: () => Promise.resolve(progressWith({ lastNumbers: new Map([[channel, 4]]) })),
        ...fields,
      }),
      patient,
    );
  const before = entry('1', 900);

  it('tell what was pushed, what was not and had to be asked for, and what came again', async () => {
    const log = new DeliveryLog();
    push(log, text(1), text(2), text(2), text(4));
    log.resume(channel, JSON.parse(text(3)), askedAt);
    expect(await take(log)).toMatchObject({
      balances: true,
      tookMs: 0,
      deliveries: { pushed: 3, neverPushed: 1, repeats: 1, differing: 0, missing: 0 },
    });
  });

  it('make it not balance where there is a gap that stays, however it ends', async () => {
    const log = new DeliveryLog();
    push(log, text(1), text(3));
    expect(await take(log)).toMatchObject({ balances: false, tookMs: 6_000, deliveries: { pushed: 2, missing: 2 } });
    expect(await take(new DeliveryLog())).toMatchObject({ balances: false, deliveries: { missing: 4 } });
  });

  it('make it not balance where a number came as two things', async () => {
    const log = new DeliveryLog();
    push(log, text(1), text(2), text(3), text(4), text(4, 'market'));
    expect(await take(log)).toMatchObject({ balances: false, deliveries: { differing: 1, missing: 0 } });
  });

  it('count what a snapshot stood for as never pushed', async () => {
    const log = new DeliveryLog();
    push(log, text(1));
    log.snapshot(channel, 1, { number: 4, events: [] }, askedAt);
    expect(await take(log)).toMatchObject({ balances: true, deliveries: { pushed: 1, neverPushed: 3 } });
  });

  it('are of what there was, and neither of what came before the subscriber nor of what came after', async () => {
    const log = new DeliveryLog(new Map([[channel, 2]]));
    push(log, text(3), text(4), text(5), text(5));
    expect(await take(log)).toMatchObject({ deliveries: { pushed: 2, repeats: 0, missing: 0 } });
  });

  it('are waited for until nothing that had arrived is on its way', async () => {
    const log = new DeliveryLog();
    push(log, text(1));
    let looks = 0;
    const progress = (): Promise<DeliveryProgress> => {
      looks += 1;
      const waitingSince = looks < 4 ? askedAt - 10 : askedAt + 1;
      return Promise.resolve(progressWith({ waitingSince, lastNumbers: new Map([[channel, looks < 4 ? 0 : 1]]) }));
    };
    expect(await take(log, { progress })).toMatchObject({ tookMs: 750, deliveries: { pushed: 1 } });
  });
});
