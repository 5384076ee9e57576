import { ConsecutiveBreaker } from 'cockatiel';
import { UnavailableError } from '../errors/platform-error.ts';
import { createBreakerQuestions } from './breaker-questions.ts';
import {
  claimed,
  closed,
  hasPassed,
  learned,
  opened,
  openedAlone,
  openForMs,
  type Opening,
  type SharedState,
} from './breaker-state.ts';
import type { BreakerStore } from './breaker-store.ts';

/**
 * - `opened`: by this instance, for all or, where the table does not answer, for itself
 * - `closed`: by a probe of this instance
 * - `refused`: a call was not made
 * - `probed`: a call was made while open
 * - `state-unknown`: the shared state could not be read or written; the instance decides alone
 */
export type BreakerEvent = 'opened' | 'closed' | 'refused' | 'probed' | 'state-unknown';

export interface Breaker {
  /** What is called: `store`, `registry`, `entity-state`, `parked-queue`, … */
  readonly dependency: string;
  /**
   * Makes the call, and throws what it throws.
   * @throws UnavailableError of the dependency, at once, while the breaker is open
   */
  execute<T>(call: () => Promise<T>): Promise<T>;
  /** Milliseconds, by what this instance knows; never more than it is. 0 when closed. Asks nobody. */
  openForMs(): number;
}

export interface BreakerOptions {
  readonly dependency: string;
  /** Whether an error says that the dependency is away; any other error is an answer. */
  readonly isFailure: (error: unknown) => boolean;
  readonly store: BreakerStore;
  /** Names this instance in the shared state. */
  readonly instance: string;
  /** Milliseconds since the epoch; only durations count, so it may differ from other instances'. */
  readonly now: () => number;
  /** From 0 to below 1. @default Math.random */
  readonly random?: () => number;
  /** How many in a row open it. @default 5 */
  readonly failures?: number;
  /** The least time between two probes, of all instances. @default 2000 */
  readonly probeAfterMs?: number;
  readonly onEvent: (event: BreakerEvent) => void;
}

/** While open: how often an instance looks whether another has closed it, and how far apart instances go for a probe. */
const lookEveryMs = 500;

/**
 * A breaker that all instances share (docs/decisions/0007-shared-breaker.md). A healthy instance reads and writes nothing
 * shared. A failure makes it look, and join where it is open; failures in a row open it. While open, calls are refused,
 * but for one probe of all instances every `probeAfterMs`; a probe that is answered closes it for all.
 *
 * Where the table does not answer, the instance decides alone, by its own failures, its own clock and its own probes.
 */
export const createBreaker = ({
  dependency,
  isFailure,
  store,
  instance,
  now,
  random = Math.random,
  failures = 5,
  probeAfterMs = 2_000,
  onEvent,
}: BreakerOptions): Breaker => {
  const inARow = new ConsecutiveBreaker(failures);
  const shared = createBreakerQuestions(store, dependency, now, () => onEvent('state-unknown'));
  let opening: Opening | undefined;
  /** Counts our changes between open and closed: what began before one says nothing about what is after it. */
  let turn = 0;
  let lookedAt = -Infinity;
  let looking: Promise<void> | undefined;
  let probing = false;

  const writer = () => ({ instance, now: now(), probeAfterMs });
  const pauseMs = (): number => probeAfterMs + random() * lookEveryMs;

  const become = (next: Opening | undefined): void => {
    if (Boolean(next) !== Boolean(opening)) {
      turn += 1;
      inARow.success();
    }
    opening = next;
  };

  /** An instance that opened alone does not only look: it says so to all. */
  const lookOnce = async (): Promise<void> => {
    const began = turn;
    const isAlone = (): boolean => opening !== undefined && opening.shared === undefined;
    const answer = await shared.change((seen) =>
      isAlone() ? opened(seen, openForMs(opening, now()), writer()) : undefined,
    );
    if (!answer) return;
    lookedAt = now();
    if (began !== turn) return;
    const { stands, changed } = answer;
    if (opening && changed) opening = { ...opening, shared: stands as SharedState };
    // Still alone after all tries: the next look tries again.
    else if (!isAlone() || stands?.state === 'open') become(learned(opening, stands, now(), pauseMs()));
  };

  const look = async (): Promise<void> => {
    looking ??= lookOnce().finally(() => {
      looking = undefined;
    });
    await looking;
  };

  const open = async (): Promise<void> => {
    become(openedAlone(now(), pauseMs())); // calls that come meanwhile are refused already
    await looking; // one that began before knows nothing of this
    await look();
    if (opening && (opening.shared?.openedBy ?? instance) === instance) onEvent('opened');
  };

  const executeClosed = async <T>(call: () => Promise<T>): Promise<T> => {
    const began = turn;
    try {
      const result = await call();
      inARow.success();
      return result;
    } catch (error) {
      if (began === turn) {
        if (!isFailure(error)) inARow.success();
        else if (inARow.failure()) await open();
        else await look();
      }
      throw error;
    }
  };

  /** Takes the next probe for this instance. Where the table does not answer, an instance that saw failures may. */
  const claim = async (probed: Opening): Promise<boolean> => {
    if (!probed.shared) return alone(probed);
    const next = claimed(probed.shared, openForMs(probed, now()), writer());
    const answer = await shared.replace(probed.shared, next);
    if (!answer) return alone(probed);
    if (!answer.won) {
      await look();
      return false;
    }
    opening = { ...probed, shared: next, seenAt: now(), pauseMs: pauseMs() };
    return true;
  };

  const alone = (probed: Opening): boolean => {
    if (!opening) return false; // closed while we asked
    opening = { ...probed, seenAt: now(), pauseMs: pauseMs() };
    return true;
  };

  /** @param number - of the opening that the probe was made for; a later one stays */
  const close = async (number: number | undefined): Promise<void> => {
    if (opening && opening.shared?.number === number) {
      become(undefined);
      if (number === undefined) onEvent('closed');
    }
    if (number === undefined) return;
    const began = turn;
    const answer = await shared.change((seen) => closed(seen, number));
    if (!answer || answer.changed) onEvent('closed');
    // A later opening, or another closed it before us.
    else if (began === turn) become(learned(opening, answer.stands, now(), pauseMs()));
  };

  const probe = async <T>(call: () => Promise<T>): Promise<T> => {
    const number = opening?.shared?.number;
    onEvent('probed');
    try {
      const result = await call();
      await close(number);
      return result;
    } catch (error) {
      if (!isFailure(error)) await close(number);
      throw error;
    }
  };

  return {
    dependency,
    openForMs: () => openForMs(opening, now()),
    execute: async (call) => {
      if (opening && hasPassed(lookedAt, lookEveryMs, now())) await look();
      if (opening && !probing && hasPassed(opening.seenAt, opening.pauseMs, now())) {
        probing = true;
        try {
          if (await claim(opening)) return await probe(call);
        } finally {
          probing = false;
        }
      }
      if (!opening) return executeClosed(call);
      onEvent('refused');
      throw new UnavailableError(dependency, `${dependency} is away: its breaker is open`, { breaker: 'open' });
    },
  };
};
