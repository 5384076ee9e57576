/** Counts what goes by, and tells how much that was a second over the last seconds that are over. */
export const createRates = (now: () => number) => {
  const kept = 6;
  const counts = new Map<string, Map<number, number>>();
  return {
    count: (name: string, records: number): void => {
      const seconds = counts.get(name) ?? new Map<number, number>();
      counts.set(name, seconds);
      const second = Math.floor(now() / 1_000);
      seconds.set(second, (seconds.get(second) ?? 0) + records);
      for (const old of seconds.keys()) if (old < second - kept) seconds.delete(old);
    },
    perSecond: (name: string, over: number): number => {
      const second = Math.floor(now() / 1_000);
      let sum = 0;
      for (const [at, records] of counts.get(name) ?? []) if (at >= second - over && at < second) sum += records;
      return sum / over;
    },
  };
};
