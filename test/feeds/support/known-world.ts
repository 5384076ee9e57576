import type { AccountReaders } from '../../../feeds/account/take-account.ts';
import { digestOf } from '../../../feeds/account/digest.ts';
import type { DeadLetter, HeldRecord, Identity, StoredRow, StreamPage } from '../../../feeds/account/evidence.ts';
import type { StreamPosition } from '../../../lambdas/shared/stream/position.ts';

const stream = 'millrace-test-market';
export const keepsFrom = 1_000_000;
const arrivedAt = keepsFrom + 1;

/** What became of a record; `duplicate` of the first record of the world. */
export type Fate = 'stored' | 'duplicate' | 'parked' | 'given-up' | 'held' | 'lost';

/** What the stream, the store and the dead letters hold; a test changes it as it likes before it takes the account. */
export interface KnownWorld {
  readonly pages: StreamPage[];
  readonly stored: StoredRow[];
  readonly deadLetters: DeadLetter[];
  readonly held: HeldRecord[];
  readonly identities: Map<string, Identity>;
}

export const positionOf = (n: number, shard = n % 2): StreamPosition => ({
  stream,
  shard: `shardId-00000000000${shard}`,
  // Nine comes before ten: these must be ordered by number.
  sequenceNumber: String(n + 1),
});

const bytesOf = (n: number): Buffer => Buffer.from(`record ${n}`);

export const identityOf = (n: number): Identity => ({
  source: 'market',
  sourceEventId: `id ${n}`,
  day: 20_000,
  bodyHash: `hash ${n}`,
});

export const rowOf = (n: number): StoredRow => ({
  ...identityOf(n),
  position: positionOf(n),
  arrivedAt,
  storedAt: arrivedAt + 20,
});

export const letterOf = (n: number, via: DeadLetter['via'] = 'parked'): DeadLetter => ({
  source: 'market',
  position: positionOf(n),
  reason: via === 'parked' ? 'undecodable' : 'RetryAttemptsExhausted',
  arrivedAt,
  failedAt: arrivedAt + 30,
  takenInAt: arrivedAt + 40,
  via,
  digest: digestOf(bytesOf(n)),
});

/** A world in which each record met its fate; the first is stored, so that others can be duplicates of it. */
export const worldOf = (fates: readonly Fate[]): KnownWorld => {
  const world: KnownWorld = { pages: [], stored: [], deadLetters: [], held: [], identities: new Map() };
  for (const shard of [0, 1]) {
    const records = fates.flatMap((_, n) =>
      n % 2 === shard ? [{ sequenceNumber: positionOf(n).sequenceNumber, bytes: bytesOf(n), arrivedAt }] : [],
    );
    const page = { source: 'market', stream, shard: positionOf(0, shard).shard, keepsFrom };
    const half = Math.floor(records.length / 2);
    world.pages.push({ ...page, records: records.slice(0, half) }, { ...page, records: records.slice(half) });
  }
  fates.forEach((fate, n) => {
    const identity = fate === 'duplicate' ? identityOf(0) : identityOf(n);
    // What was parked cannot be decoded, as a rule.
    if (fate !== 'parked') world.identities.set(bytesOf(n).toString(), identity);
    if (fate === 'stored') world.stored.push(rowOf(n));
    if (fate === 'parked' || fate === 'given-up') world.deadLetters.push(letterOf(n, fate));
    if (fate === 'held')
      world.held.push({ source: 'market', position: positionOf(n), arrivedAt, digest: digestOf(bytesOf(n)) });
  });
  return world;
};

const inPages = <T>(items: readonly T[]) =>
  async function* (): AsyncGenerator<readonly T[]> {
    for (let from = 0; from < items.length; from += 3) yield items.slice(from, from + 3);
  };

export const readersOf = ({ pages, stored, deadLetters, held, identities }: KnownWorld): AccountReaders => ({
  readStreams: async function* () {
    yield* pages;
  },
  readStored: inPages(stored),
  readDeadLetters: inPages(deadLetters),
  readHeld: inPages(held),
  identify: (records) => Promise.resolve(records.map(({ bytes }) => identities.get(bytes.toString()))),
});
