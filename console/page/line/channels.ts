import type { LocalStatus, SourceStatus } from '../status.ts';
import { wayBetween, type Cell, type Way } from './layout.ts';

/** Where everything of the line is: a row of four cells for each source, and what comes behind them. */
export interface Places {
  /** Name, stream, enrichment and store of each source. */
  readonly rows: readonly (readonly Cell[])[];
  readonly outbox: Cell;
  readonly relay: Cell;
  readonly push: Cell;
  readonly parked: Cell;
}

/** Water of a source has its place among the sources; what is parked, and what is on its way out, are each one colour. */
export type Hue = number | 'parked' | 'out';

/** One stretch of water. */
export interface Channel {
  readonly way: Way;
  readonly hue: Hue;
  readonly perSecond: (status: LocalStatus) => number;
  /** Whether a gate at its end is shut. */
  readonly isShut: (status: LocalStatus) => boolean;
}

type Pick = (source: SourceStatus) => number;

const open = (): boolean => false;
const sumOf =
  (pick: Pick) =>
  ({ sources }: LocalStatus): number =>
    sources.reduce((sum, source) => sum + pick(source), 0);
const stored: Pick = ({ storedPerSecond }) => storedPerSecond;
const arriving: Pick = ({ arrivingPerSecond }) => arrivingPerSecond;
const rejected: Pick = ({ rejectedPerSecond }) => rejectedPerSecond;

const published = ({ relay: { publishedPerSecond } }: LocalStatus): number => publishedPerSecond;

/** The stretches between the cells. Where the rest lies below the sources, all of them leave from the last one. */
export const channelsBetween = ({ rows, outbox, relay, push, parked }: Places): readonly Channel[] => {
  const lastRow = rows.at(-1);
  const isStacked = lastRow?.[3] !== undefined && outbox.left < lastRow[3].right;
  const ofSource = (cells: readonly Cell[], n: number): readonly Channel[] => {
    const [name, stream, enrichment, store] = cells;
    if (!name || !stream || !enrichment || !store) return [];
    const from =
      (pick: Pick) =>
      ({ sources }: LocalStatus): number => {
        const source = sources[n];
        return source ? pick(source) : 0;
      };
    const isHeld = ({ sources }: LocalStatus): boolean => (sources[n]?.hold ?? null) !== null;
    const share = (n + 1) / (rows.length + 1);
    return [
      { way: wayBetween(name, stream), hue: n, perSecond: from(arriving), isShut: open },
      { way: wayBetween(stream, enrichment), hue: n, perSecond: from(arriving), isShut: isHeld },
      { way: wayBetween(enrichment, store), hue: n, perSecond: from(stored), isShut: open },
      ...(isStacked ? [] : [{ way: wayBetween(store, outbox, share), hue: n, perSecond: from(stored), isShut: open }]),
    ];
  };
  const [, , lastEnrichment, lastStore] = lastRow ?? [];
  return [
    ...rows.flatMap(ofSource),
    ...(isStacked && lastStore
      ? [{ way: wayBetween(lastStore, outbox), hue: 'out' as const, perSecond: sumOf(stored), isShut: open }]
      : []),
    ...(!isStacked && lastEnrichment
      ? [{ way: wayBetween(lastEnrichment, parked), hue: 'parked' as const, perSecond: sumOf(rejected), isShut: open }]
      : []),
    { way: wayBetween(outbox, relay), hue: 'out', perSecond: published, isShut: open },
    { way: wayBetween(relay, push), hue: 'out', perSecond: published, isShut: open },
  ];
};
