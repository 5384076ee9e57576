const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** As long as a timer can wait. */
const longestMs = 2 ** 31 - 1;

export const durationMust = 'must be a time such as 20s, 5m, 1h or 500ms, at most 24 days';

/** @returns milliseconds; undefined where the text is no such time */
export const readDuration = (text: string): number | undefined => {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Math.round(Number(number) * unitMs[(unit ?? 's') as keyof typeof unitMs]);
  return ms > 0 && ms <= longestMs ? ms : undefined;
};
