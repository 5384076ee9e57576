/**
 * Hands on batch after batch, but the last one only after something else is over, so that the feed does not end before
 * that does.
 * @param over - its failure is its own caller's business
 */
export async function* holdLast<T>(batches: AsyncIterable<T>, over: Promise<unknown>): AsyncGenerator<T> {
  let held: T | undefined;
  for await (const batch of batches) {
    if (held !== undefined) yield held;
    held = batch;
  }
  await over.catch(() => {});
  if (held !== undefined) yield held;
}
