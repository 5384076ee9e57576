import { idOf, occurredAtOf, priceOf, symbolOf, type RecordSpec } from './records.ts';

/** What became of everything, in a form that two worlds can be compared by. */
export interface Outcome {
  /** Position of the record that is stored, by event id. */
  readonly events: Readonly<Record<string, string>>;
  /** `count sum weight min max first last`, by series, span and start. */
  readonly windows: Readonly<Record<string, string>>;
  /** Time and id of the newest event, by entity and subject. */
  readonly states: Readonly<Record<string, string>>;
  /** Reason, by position. */
  readonly deadLetters: Readonly<Record<string, string>>;
}

const positionOf = (shard: number, sequenceNumber: string): string => `shard-${shard}/${sequenceNumber}`;
/** Nine comes before ten: numbers of a shard have to be compared as numbers. */
export const sequenceNumberOf = (n: number): string => String(n + 95);
export const indexOf = (sequenceNumber: string): number => Number(sequenceNumber) - 95;

interface Kept {
  readonly id: string;
  readonly kind: 'quote' | 'trade';
  readonly symbol: string;
  readonly at: number;
  readonly value: number;
  readonly weight: number;
}

const inOrder = (a: Kept, b: Kept): number => a.at - b.at || (a.id < b.id ? -1 : 1);

const summaryOf = (kept: readonly Kept[]): string => {
  const sorted = [...kept].sort(inOrder);
  const values = kept.map(({ value }) => value);
  const sum = kept.reduce((total, { value, weight }) => total + value * weight, 0);
  const weights = kept.reduce((total, { weight }) => total + weight, 0);
  const ends = `${sorted[0]?.id}=${sorted[0]?.value} ${sorted.at(-1)?.id}=${sorted.at(-1)?.value}`;
  return `${kept.length} ${sum} ${weights} ${Math.min(...values)} ${Math.max(...values)} ${ends}`;
};

const windowsOf = (kept: readonly Kept[]): Record<string, string> => {
  const spans = [2, 300].flatMap((span) =>
    kept.map((one) => {
      const series = one.kind === 'quote' ? `market.mid:${one.symbol}` : `market.price:${one.symbol}`;
      return { one, key: `${series} ${span} ${Math.floor(one.at / 1e6 / span) * span}` };
    }),
  );
  const groups = Map.groupBy(spans, ({ key }) => key);
  return Object.fromEntries([...groups].map(([key, members]) => [key, summaryOf(members.map(({ one }) => one))]));
};

/**
 * What the tables must hold in the end, computed from the records alone: of each id the first that arrived is stored, the
 * same again is a duplicate, another content is a conflict.
 * @param unless - says why a record has become a dead letter that is not wrong by itself, such as in a bad deploy
 */
export const expectedOf = (
  shards: readonly (readonly RecordSpec[])[],
  unless: (position: string) => string | undefined = () => undefined,
): Outcome & { readonly kept: readonly Kept[] } => {
  const kept = new Map<string, Kept & { readonly position: string; readonly content: string }>();
  const deadLetters: Record<string, string> = {};
  shards.forEach((specs, shard) =>
    specs.forEach((spec, n) => {
      const position = positionOf(shard, sequenceNumberOf(n));
      const excuse = unless(position);
      if (excuse !== undefined) deadLetters[position] = excuse;
      else if (spec.kind === 'crash') deadLetters[position] = 'RetryAttemptsExhausted';
      else if (spec.kind !== 'quote' && spec.kind !== 'trade') deadLetters[position] = spec.kind;
      else {
        const { kind, key, content } = spec;
        const id = idOf(shard, key);
        const first = kept.get(id);
        if (first && first.content !== `${kind} ${content}`) deadLetters[position] = 'conflict';
        if (first) return;
        const weight = kind === 'quote' ? 1 : 2;
        const [at, symbol, value] = [occurredAtOf(key, content), symbolOf(key, content), priceOf(key, content)];
        kept.set(id, { id, kind, symbol, at, value, weight, position, content: `${kind} ${content}` });
      }
    }),
  );
  const all = [...kept.values()];
  const newest = Map.groupBy(all, ({ kind, symbol }) => `market:${symbol} market-${kind}`);
  return {
    kept: all,
    events: Object.fromEntries(all.map(({ id, position }) => [id, position])),
    windows: windowsOf(all),
    states: Object.fromEntries(
      [...newest].map(([key, members]) => {
        const last = members.sort(inOrder).at(-1);
        return [key, `${last?.at} ${last?.id}`];
      }),
    ),
    deadLetters,
  };
};
