import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/**
 * Lets the requests of several hands through one at a time, in the order that `picks` says: each hand waits before every
 * request until it is its turn. So an interleaving is a value, and a failing one can be run again.
 */
export const inTurns = (picks: Iterable<number>) => {
  const waiting: (() => Promise<unknown>)[] = [];

  /** Makes a call when it is its turn. */
  const inTurn = <T>(call: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      waiting.push(() => call().then(resolve, reject));
    });

  /** Makes every request of this client wait for its turn. */
  const take = (client: DynamoDBClient): void =>
    client.middlewareStack.add((next) => (args) => inTurn(() => next(args)), { step: 'initialize', name: 'turns' });

  /** Runs hands, each of which has at most one request under way, to their ends. */
  const run = async (hands: readonly (() => Promise<void>)[]): Promise<void> => {
    const picked = picks[Symbol.iterator]();
    const busy = new Set(hands);
    const failures: unknown[] = [];
    for (const hand of hands) {
      void hand()
        .catch((error: unknown) => failures.push(error))
        .finally(() => {
          busy.delete(hand);
        });
    }
    while (busy.size > 0) {
      if (waiting.length < busy.size) {
        await new Promise(setImmediate);
        continue;
      }
      const [turn] = waiting.splice((picked.next().value ?? 0) % waiting.length, 1);
      await turn?.();
    }
    if (failures.length > 0) throw failures[0];
  };
  return { inTurn, take, run };
};
