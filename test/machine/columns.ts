/**
 * Reads what lambdas/shared/database/binary-arrays.ts writes: PostgreSQL's binary arrays. With it the store in memory
 * gets the very parameters that PostgreSQL gets.
 */
const microsToPostgresEpoch = 946_684_800_000_000n;
const daysToPostgresEpoch = 10_957;

const elements = <T>(column: unknown, read: (element: Buffer) => T): (T | null)[] => {
  const buffer = column as Buffer;
  const length = buffer.readInt32BE(0) === 0 ? 0 : buffer.readInt32BE(12);
  let at = 20;
  return Array.from({ length }, () => {
    const bytes = buffer.readInt32BE(at);
    at += 4;
    if (bytes < 0) return null;
    at += bytes;
    return read(buffer.subarray(at - bytes, at));
  });
};

const without = <T>(values: readonly (T | null)[]): T[] => values as T[];

export const readTextsOrNull = (column: unknown): (string | null)[] => elements(column, (e) => e.toString('utf8'));
export const readTexts = (column: unknown): string[] => without(readTextsOrNull(column));
export const readJson = (column: unknown): unknown[] =>
  elements(column, (e) => JSON.parse(e.subarray(1).toString('utf8')) as unknown);
export const readInts = (column: unknown): number[] => without(elements(column, (e) => e.readInt32BE()));
export const readDoubles = (column: unknown): number[] => without(elements(column, (e) => e.readDoubleBE()));
export const readBytes = (column: unknown): Buffer[] => without(elements(column, (e) => Buffer.from(e)));
/** Whole days since 1970-01-01. */
export const readDays = (column: unknown): number[] =>
  without(elements(column, (e) => e.readInt32BE() + daysToPostgresEpoch));
/** Microseconds since the epoch. */
export const readTimes = (column: unknown): number[] =>
  without(elements(column, (e) => Number(e.readBigInt64BE() + microsToPostgresEpoch)));
