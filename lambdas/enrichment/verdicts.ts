import { compareSequence } from '../shared/stream/position.ts';

/** What was judged of one record: the reason it was rejected for, or null where it was not. */
export interface Verdict {
  readonly sequenceNumber: string;
  readonly reason: string | null;
}

/**
 * The verdicts of a shard's last records. They belong to a deployment, so that a bad one is seen by its own rejects
 * alone; and to the holds that ended before, so that what a hold was released over does not set the next one.
 */
export interface Verdicts {
  /** A hash of code and configuration. */
  readonly deployment: string;
  /** Of the source's latest hold; 0 before its first. */
  readonly holdNumber: number;
  /** Whether 200 are to be judged by even where fewer are known: those that are missing count as not rejected. */
  readonly full: boolean;
  /** Where the last batch ended that was not the shard's furthest: from there a lane that lags goes on. */
  readonly behind?: string;
  /** By sequence number, the highest last; each once. */
  readonly records: readonly Verdict[];
}

/** How many of a shard's last records the guard looks at. */
export const guardedRecords = 200;

const inOrder = (a: Verdict, b: Verdict): number => compareSequence(a.sequenceNumber, b.sequenceNumber);

/** A reject stays one: a record that waited, or that the store did not take, was not rejected before it was. */
const firmer = (a: Verdict, b: Verdict): Verdict => {
  if (a.reason === null || b.reason === null) return a.reason === null ? b : a;
  return a.reason <= b.reason ? a : b;
};

/**
 * A union by sequence number: in whatever order, however cut and however often verdicts come, the result is the same.
 * @returns by sequence number, each once
 */
export const unite = (a: readonly Verdict[], b: readonly Verdict[]): readonly Verdict[] => {
  const united: Verdict[] = [];
  for (const verdict of [...a, ...b].sort(inOrder)) {
    const last = united.at(-1);
    if (last?.sequenceNumber === verdict.sequenceNumber) united[united.length - 1] = firmer(last, verdict);
    else united.push(verdict);
  }
  return united;
};

/**
 * What is kept of verdicts: the highest 200, and below them the last 200 up to where a lane lags, which has no others to
 * be judged by. Of several lanes that lag these are the last one's.
 * @param end - of the batch just judged, a sequence number
 */
export const keptOf = (verdicts: Verdicts, end: string): Verdicts => {
  const { records } = verdicts;
  const highest = records.slice(-guardedRecords);
  const isFurthest = compareSequence(end, highest.at(-1)?.sequenceNumber ?? end) >= 0;
  const behind = isFurthest ? verdicts.behind : end;
  const lagging = records
    .slice(0, -guardedRecords)
    .filter(({ sequenceNumber }) => behind !== undefined && compareSequence(sequenceNumber, behind) <= 0);
  return {
    ...verdicts,
    full: verdicts.full || records.length > guardedRecords,
    ...(behind === undefined ? {} : { behind }),
    records: [...lagging.slice(-guardedRecords), ...highest],
  };
};

/** Two that know of the same shard, in one scope. */
export const uniteVerdicts = (a: Verdicts, b: Verdicts): Verdicts => {
  const behind = [a.behind, b.behind]
    .filter((one) => one !== undefined)
    .toSorted(compareSequence)
    .at(-1);
  return {
    ...a,
    full: a.full || b.full,
    ...(behind === undefined ? {} : { behind }),
    records: unite(a.records, b.records),
  };
};

/** Which verdicts count: those of this deployment and since this hold. */
export type Scope = Pick<Verdicts, 'deployment' | 'holdNumber'>;

/**
 * Known verdicts as they count in a scope. Those from before a hold's release do not, whichever deployment's they are,
 * but the records since then are judged as 200: whoever released the hold, by a probe of the next 200 or by an
 * operator's word, has accepted as many rejects as a shard may have. Another deployment's do not count either.
 */
export const within = (known: Verdicts | undefined, scope: Scope): Verdicts => {
  if (known && known.holdNumber < scope.holdNumber) return { ...scopeOf(scope), full: true, records: [] };
  if (known?.deployment !== scope.deployment) return { ...scopeOf(scope), full: false, records: [] };
  return known;
};

const scopeOf = ({ deployment, holdNumber }: Scope): Scope => ({ deployment, holdNumber });
