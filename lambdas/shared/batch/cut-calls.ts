/** What one call of a batch API takes. */
export interface CallLimits {
  readonly items: number;
  readonly bytes: number;
}

/** Cuts items into calls, in order, by number and by bytes. An item too large for a call stands alone. */
export const cutIntoCalls = <T>(items: readonly T[], sizeOf: (item: T) => number, most: CallLimits): T[][] => {
  const calls: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    const last = calls.at(-1);
    if (last && last.length < most.items && bytes + size <= most.bytes) {
      last.push(item);
      bytes += size;
    } else {
      calls.push([item]);
      bytes = size;
    }
  }
  return calls;
};
