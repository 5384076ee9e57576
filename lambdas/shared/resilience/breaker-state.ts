/** What all instances share of one dependency's breaker; `openedAt`, `probeAt` and the names are for people to read. */
export interface SharedState {
  /** Counts every write: a write names the revision it was made from, so that of several at once one succeeds. */
  readonly revision: number;
  readonly state: 'open' | 'closed';
  /** Counts the openings, from 1: a close names it, so that it cannot end a later one. */
  readonly number: number;
  readonly openedAt: string;
  readonly openedBy: string;
  /** From when on the next probe may be made, by the clock of who wrote it; nobody compares it with another clock. */
  readonly probeAt: string;
  /** Who made the last probe, or is making it. */
  readonly probeBy: string;
  /** How long it had been open when this was written. Milliseconds. */
  readonly openForMs: number;
}

/** What one instance knows of an opening; all times are its own clock's. */
export interface Opening {
  /** As it last saw it; undefined where it decided alone. */
  readonly shared?: SharedState;
  readonly openSince: number;
  /** When it first saw this revision, or made a probe alone. */
  readonly seenAt: number;
  /** How long it leaves that revision to others before it makes a probe. */
  readonly pauseMs: number;
}

/** Who writes, and its clock. */
export interface Writer {
  readonly instance: string;
  readonly now: number;
  readonly probeAfterMs: number;
}

/** Whether a time has passed. A clock that was put back counts as passed: better once too often than not for an hour. */
export const hasPassed = (from: number, ms: number, now: number): boolean => now - from >= ms || now < from;

export const openForMs = (opening: Opening | undefined, now: number): number =>
  opening ? Math.max(0, now - opening.openSince) : 0;

export const openedAlone = (now: number, pauseMs: number): Opening => ({ openSince: now, seenAt: now, pauseMs });

/** What an instance knows after it saw the shared state. @returns undefined where it is closed, or gone */
export const learned = (
  known: Opening | undefined,
  seen: SharedState | undefined,
  now: number,
  pauseMs: number,
): Opening | undefined => {
  if (seen?.state !== 'open') return undefined;
  const openSince = now - seen.openForMs;
  const before = known?.shared === undefined || known.shared.number === seen.number ? known : undefined;
  if (!before) return { shared: seen, openSince, seenAt: now, pauseMs };
  const unchanged = before.shared?.revision === seen.revision;
  return {
    shared: seen,
    openSince: Math.min(before.openSince, openSince),
    seenAt: unchanged ? before.seenAt : now,
    pauseMs: unchanged ? before.pauseMs : pauseMs,
  };
};

const probeTime = ({ now, probeAfterMs }: Writer): string => new Date(now + probeAfterMs).toISOString();

/** @param forMs - how long it has been open for the writer, who decided alone until now. @returns undefined where one is open */
export const opened = (seen: SharedState | undefined, forMs: number, writer: Writer): SharedState | undefined =>
  seen?.state === 'open'
    ? undefined
    : {
        revision: (seen?.revision ?? 0) + 1,
        state: 'open',
        number: (seen?.number ?? 0) + 1,
        openedAt: new Date(writer.now - forMs).toISOString(),
        openedBy: writer.instance,
        probeAt: probeTime(writer),
        probeBy: '',
        openForMs: forMs,
      };

/** The next probe is the writer's. */
export const claimed = (seen: SharedState, forMs: number, writer: Writer): SharedState => ({
  ...seen,
  revision: seen.revision + 1,
  probeAt: probeTime(writer),
  probeBy: writer.instance,
  openForMs: forMs,
});

/** @returns undefined where this opening does not stand any more */
export const closed = (seen: SharedState | undefined, number: number): SharedState | undefined =>
  seen?.state === 'open' && seen.number === number
    ? { ...seen, revision: seen.revision + 1, state: 'closed' }
    : undefined;
