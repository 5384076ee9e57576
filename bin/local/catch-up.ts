/** A source that is not read for now, on purpose. */
export interface StandingHold {
  readonly source: string;
  /** Only an operator's hold does not end by itself. */
  readonly cause: string;
}

export interface CatchUpWorld {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Whether everything that had arrived by a moment has been processed, but for some sources. */
  readonly isCaughtUp: (since: number, except: ReadonlySet<string>) => boolean;
  /** Changes whenever a shard gets on. */
  readonly checkpoints: () => string;
  readonly holds: () => Promise<readonly StandingHold[]>;
  readonly say: (line: string) => void;
}

/** Longer than the poller's longest pause between two attempts and an attempt itself. */
const noProgressMs = 90_000;
/** The keeper comes once a minute, and then looks every five seconds: its probe has failed many times by then. */
const noReleaseMs = 240_000;
const lookEveryMs = 250;
const lookAtHoldsEveryMs = 1_000;

/**
 * Waits for the shards to be read to their end. A hold is waited for, since the keeper ends it when its cause is gone;
 * an operator's is not. Gives up when nothing gets on any longer.
 */
export const catchUp = async ({ now, sleep, isCaughtUp, checkpoints, holds, say }: CatchUpWorld): Promise<void> => {
  const fedAt = now();
  let seen = checkpoints();
  let changedAt = fedAt;
  let lookedAt = -Infinity;
  let standing: readonly StandingHold[] = [];
  const told = new Set<string>();
  const tell = ({ source, cause }: StandingHold): void => {
    if (told.has(source)) return;
    told.add(source);
    const what = cause === 'operator' ? 'what it has not read stays held' : 'waiting for the keeper';
    say(`${source} is held (${cause}): ${what}`);
  };

  for (;;) {
    if (now() - lookedAt >= lookAtHoldsEveryMs) {
      standing = await holds();
      lookedAt = now();
      for (const hold of standing) tell(hold);
    }
    const byOperator = standing.filter(({ cause }) => cause === 'operator');
    if (isCaughtUp(fedAt, new Set(byOperator.map(({ source }) => source)))) return;
    await sleep(lookEveryMs);
    if (seen !== checkpoints()) changedAt = now();
    seen = checkpoints();
    const patienceMs = standing.length > byOperator.length ? noReleaseMs : noProgressMs;
    if (now() - changedAt < patienceMs) continue;
    say(`No shard has got on for ${patienceMs / 1000} s: the account is taken as it is.`);
    return;
  }
};
