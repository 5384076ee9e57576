import type { Account } from './account.ts';

/** How long to wait for an account that does not balance yet. */
export interface Patience {
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** Given up when so long nothing has changed any more. Longer than the platform's longest pause between attempts. */
  readonly unchangedMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Latencies change with nothing else, and are many. */
const countsOf = ({ sources, delivery }: Account): string =>
  JSON.stringify([sources, delivery?.families.map((family) => ({ ...family, latencies: undefined }))]);

/**
 * Takes accounts until one balances, or until nothing changes any more: records that are on their way look lost.
 * @param onLook - told of every account that does not balance yet
 * @returns the last account taken
 */
export const settle = async (
  take: () => Promise<Account>,
  { everyMs, unchangedMs, now, sleep }: Patience,
  onLook: (account: Account) => void,
): Promise<Account> => {
  let counts = '';
  let changedAt = now();
  for (;;) {
    const account = await take();
    if (account.balances) return account;
    if (countsOf(account) !== counts) {
      counts = countsOf(account);
      changedAt = now();
    } else if (now() - changedAt >= unchangedMs) return account;
    onLook(account);
    await sleep(everyMs);
  }
};
