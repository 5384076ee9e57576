import type { AccountRow, TakenAccount } from '../../../console/page/status.ts';
import type { Account, SourceAccount } from '../../../feeds/account/account.ts';
import { takeAccount, type AccountReaders } from '../../../feeds/account/take-account.ts';

type Arrived = { readonly arrivedAt: number };

async function* upTo<T extends Arrived>(
  pages: AsyncIterable<readonly T[]>,
  until: number,
  signal: AbortSignal,
): AsyncGenerator<readonly T[]> {
  for await (const page of pages) {
    signal.throwIfAborted();
    yield page.filter(({ arrivedAt }) => arrivedAt <= until);
  }
}

/** The same readers, of what had arrived by a moment: what comes while they read is in none of the sets. */
const readersUntil = (readers: AccountReaders, until: number, signal: AbortSignal): AccountReaders => ({
  ...readers,
  async *readStreams() {
    for await (const page of readers.readStreams()) {
      signal.throwIfAborted();
      yield { ...page, records: page.records.filter(({ arrivedAt }) => arrivedAt <= until) };
    }
  },
  readStored: () => upTo(readers.readStored(), until, signal),
  readDeadLetters: () => upTo(readers.readDeadLetters(), until, signal),
  readHeld: () => upTo(readers.readHeld(), until, signal),
});

const accountRow = ({ source, records, classes, faults }: SourceAccount): AccountRow => ({
  source,
  records,
  ...classes,
  phantom: (faults.phantomRow ?? 0) + (faults.phantomDeadLetter ?? 0) + (faults.phantomHeld ?? 0),
});

export interface UntilWorld {
  readonly readers: AccountReaders;
  /** Whether everything that had arrived by a moment has been processed, but for what is held. */
  readonly isCaughtUp: (since: number) => Promise<boolean>;
  readonly now: () => number;
  /** @throws the signal's reason */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const lookEveryMs = 250;
const lookAgainMs = 1_500;
/** What is on its way to the dead letters gets there within five seconds; after that a fault is one. */
const looks = 5;

/**
 * An account while the feed runs: of everything that had arrived when it was asked for, once that has been processed.
 * @throws the signal's reason when it takes too long
 */
export const takeAccountUntil = async (
  { readers, isCaughtUp, now, sleep }: UntilWorld,
  signal: AbortSignal,
): Promise<TakenAccount> => {
  const until = now();
  while (!(await isCaughtUp(until))) await sleep(lookEveryMs, signal);
  let account: Account = await takeAccount(readersUntil(readers, until, signal));
  for (let look = 1; look < looks && !account.balances; look += 1) {
    await sleep(lookAgainMs, signal);
    account = await takeAccount(readersUntil(readers, until, signal));
  }
  const { balances, sources } = account;
  return { until, tookMs: now() - until, balances, sources: sources.map(accountRow), remarks: [] };
};
