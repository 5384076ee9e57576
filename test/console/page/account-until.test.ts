import { describe, expect, it } from 'vitest';
import { takeAccountUntil, type UntilWorld } from '../../../bin/local/page/account-until.ts';
import type { AccountReaders } from '../../../feeds/account/take-account.ts';
import type { StoredRow, StreamEntry } from '../../../feeds/account/evidence.ts';

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
