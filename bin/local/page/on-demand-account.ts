import type { AccountStatus, TakenAccount } from '../../../console/page/status.ts';

export interface OnDemand {
  readonly status: () => AccountStatus;
  /** Takes one, or waits for the one that is being taken; resolves when there is one, or it has failed. Never rejects. */
  readonly take: () => Promise<void>;
}

/** Between two accounts that are asked for: each reads everything there is. Milliseconds. */
const restMs = 2_000;

/** @param takeOne - ends by itself where the signal says so. @param patienceMs - of one account */
export const createOnDemand = (
  takeOne: (signal: AbortSignal) => Promise<TakenAccount>,
  { now, patienceMs }: { readonly now: () => number; readonly patienceMs: number },
): OnDemand => {
  let last: TakenAccount | null = null;
  let error: string | null = null;
  let taking: Promise<void> | undefined;
  let endedAt = -Infinity;
  const takeNow = async (): Promise<void> => {
    try {
      last = await takeOne(AbortSignal.timeout(patienceMs));
      error = null;
    } catch (failure) {
      error =
        failure instanceof Error && failure.name === 'TimeoutError'
          ? `no account within ${patienceMs / 1_000} s`
          : `no account: ${failure instanceof Error ? failure.message : String(failure)}`;
    }
    endedAt = now();
  };
  return {
    status: () => ({ taking: taking !== undefined, last, error }),
    take: () => {
      if (!taking && now() - endedAt < restMs) return Promise.resolve();
      taking ??= takeNow().finally(() => {
        taking = undefined;
      });
      return taking;
    },
  };
};
