import { cutIntoCalls } from '../batch/cut-calls.ts';

/** SQS takes at most ten entries and one MiB a call; the margin is for what the SDK adds around the bodies. */
const most = { items: 10, bytes: 1_000_000 };

/** Sends up to ten bodies; answers per body: undefined, or why it was not taken. */
export type SendBatch = (bodies: readonly string[]) => Promise<readonly (Error | undefined)[]>;

/** Cuts a list of bodies into calls, in order, by number and by bytes. A body too large for a call stands alone. */
export const cutBatches = <T extends { readonly body: string }>(entries: readonly T[]): T[][] =>
  cutIntoCalls(entries, ({ body }) => Buffer.byteLength(body), most);

interface Waiting {
  readonly body: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets callers send one body each while the wire sees batches: what is asked for within one turn of the event loop
 * goes out together. Bounded by its callers: each waits for its own answer.
 */
export const createBatchSender = (send: SendBatch): ((body: string) => Promise<void>) => {
  let waiting: Waiting[] = [];

  const flush = async (): Promise<void> => {
    const taken = waiting;
    waiting = [];
    await Promise.all(
      cutBatches(taken).map(async (batch) => {
        try {
          const errors = await send(batch.map(({ body }) => body));
          batch.forEach(({ resolve, reject }, index) => (errors[index] ? reject(errors[index]) : resolve()));
        } catch (error) {
          for (const { reject } of batch) reject(error);
        }
      }),
    );
  };

  return (body) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(() => void flush());
      waiting.push({ body, resolve, reject });
    });
};
