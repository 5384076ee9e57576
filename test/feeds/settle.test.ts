import { describe, expect, it } from 'vitest';
import { AccountBook, type Account } from '../../feeds/account/account.ts';
import { settle } from '../../feeds/account/settle.ts';

const accountWith = (lost: number): Account => {
  const book = new AccountBook();
  book.of('market');
  for (let n = 0; n < lost; n += 1) book.addFault('market', 'lost', `position ${n}`);
  return book.close();
};

/** Looks that find so many records lost, one after the other; the last one stays. Time passes only by sleeping. */
const lookingAt = async (...lost: number[]) => {
  let now = 0;
  let looks = 0;
  const account = await settle(
    () => Promise.resolve(accountWith(lost[Math.min(looks++, lost.length - 1)] ?? 0)),
    {
      everyMs: 1_000,
      unchangedMs: 3_000,
      now: () => now,
      sleep: (ms) => {
        now += ms;
        return Promise.resolve();
      },
    },
    () => {},
  );
  return { account, looks, now };
};

describe('waiting for an account to settle', () => {
  it('does not wait where it balances', async () => {
    await expect(lookingAt(0)).resolves.toMatchObject({ looks: 1, now: 0, account: { balances: true } });
  });

  it('looks again while records are on their way', async () => {
    await expect(lookingAt(9, 5, 5, 1, 0)).resolves.toMatchObject({ looks: 5, account: { balances: true } });
  });

  it('gives up when nothing changes any more, and says how it stands', async () => {
    await expect(lookingAt(9, 2)).resolves.toMatchObject({ looks: 5, now: 4_000, account: { balances: false } });
  });
});
