import * as z from 'zod/mini';

/** What made the platform stop reading a source, on purpose. Only an operator's hold does not end by a probe. */
const Cause = z.enum(['outage', 'rejects', 'halt', 'operator']);
export type HoldCause = z.output<typeof Cause>;

const Action = z.object({
  /** ISO 8601, UTC. */
  at: z.string(),
  did: z.enum(['set', 'released', 'mapping-disabled', 'mapping-enabled']),
  by: z.string(),
  why: z.string(),
});
export type HoldAction = Readonly<z.output<typeof Action>>;

/** The first record of each shard that was not finished where the hold was set: shard → sequence number. */
export type HeldFrom = Readonly<Record<string, string>>;

const StoredHold = z.object({
  source: z.string(),
  /** Counts the holds of this source, from 1: a release names it, so that it cannot end a later hold. */
  number: z.int().check(z.positive()),
  standing: z.boolean(),
  cause: Cause,
  /** outage: the dependency; rejects: the reject reason; halt: the error's reason; operator: `operator`. */
  reason: z.string(),
  why: z.string(),
  by: z.string(),
  /** ISO 8601, UTC. */
  since: z.string(),
  /** How many holds for the same went before it, each released less than an hour before the next; absent where none did. */
  again: z.optional(z.int().check(z.positive())),
  /** When it ended, ISO 8601, UTC; absent while it stands. */
  releasedAt: z.optional(z.string()),
  /** Empty for an operator's hold. */
  from: z.record(z.string(), z.string()),
  /** An operator accepted the rejects: until then, ISO 8601, they are parked without the guard. */
  parkUntil: z.optional(z.string()),
  /** By the keeper; a mapping that somebody else disabled is not ours to enable. */
  mappingDisabled: z.boolean(),
  /** The last 20 steps, oldest first, of this hold and of earlier ones. */
  history: z.array(Action),
});
type Stored = z.output<typeof StoredHold>;

/** The latest hold of a source, standing or ended. */
export type Hold = Readonly<Omit<Stored, 'from' | 'history'>> & {
  readonly from: HeldFrom;
  readonly history: readonly HoldAction[];
};

/** Who did a step, why, and when (ISO 8601, UTC). */
interface Step {
  readonly by: string;
  readonly why: string;
  readonly at: string;
}

export interface HoldToPlace extends Step {
  readonly source: string;
  readonly cause: HoldCause;
  readonly reason: string;
  readonly from: HeldFrom;
}

export interface HoldToRelease extends Step {
  readonly source: string;
  readonly number: number;
  /** Until then rejects are parked without the guard, ISO 8601. */
  readonly parkUntil?: string;
}

export interface MappingNote extends Step {
  readonly source: string;
  readonly number: number;
  /** Whether the keeper has it disabled from now on. */
  readonly disabled: boolean;
}

const historyLength = 20;
const longestWhy = 500;

const stepOf = (did: HoldAction['did'], { by, why, at }: Step): HoldAction => ({
  at,
  did,
  by,
  why: why.slice(0, longestWhy),
});

const withStep = (history: readonly HoldAction[], step: HoldAction): readonly HoldAction[] =>
  [...history, step].slice(-historyLength);

const againWithinMs = 3_600_000;

/** Rejects are one storm, whichever reason comes first to its twenty. */
const isForTheSame = (latest: Hold, { cause, reason }: HoldToPlace): boolean =>
  latest.cause === cause && (cause === 'rejects' || latest.reason === reason);

const countAgain = (latest: Hold | undefined, wanted: HoldToPlace): { readonly again?: number } =>
  latest?.releasedAt !== undefined &&
  isForTheSame(latest, wanted) &&
  Date.parse(wanted.at) - Date.parse(latest.releasedAt) < againWithinMs
    ? { again: (latest.again ?? 0) + 1 }
    : {};

const firstPauseMs = 5_000;
const longestPauseMs = 15 * 60_000;

/**
 * From when on a probe may end a hold, milliseconds since the epoch. A probe sees less than a batch does: where what it
 * lets go is held again, it waits twice as long each time, so that nothing goes round without bound.
 */
export const mayEndAt = ({ since, again = 0 }: Pick<Hold, 'since' | 'again'>): number =>
  Date.parse(since) + Math.min(2 ** again * firstPauseMs, longestPauseMs);

/** The hold after placing one; undefined where one stands already. */
export const placed = (latest: Hold | undefined, wanted: HoldToPlace): Hold | undefined => {
  if (latest?.standing) return undefined;
  const { source, cause, reason, by, from, at } = wanted;
  const step = stepOf('set', wanted);
  const accepted = latest?.parkUntil !== undefined && latest.parkUntil > at ? { parkUntil: latest.parkUntil } : {};
  return {
    ...accepted,
    ...countAgain(latest, wanted),
    source,
    number: (latest?.number ?? 0) + 1,
    standing: true,
    cause,
    reason,
    why: step.why,
    by,
    since: at,
    from,
    // What the keeper has not enabled yet since the last hold is still its to enable.
    mappingDisabled: latest?.mappingDisabled ?? false,
    history: withStep(latest?.history ?? [], step),
  };
};

/** The hold after its release; undefined where this number does not stand. */
export const released = (latest: Hold | undefined, wanted: HoldToRelease): Hold | undefined => {
  if (!latest?.standing || latest.number !== wanted.number) return undefined;
  return {
    ...latest,
    ...(wanted.parkUntil === undefined ? {} : { parkUntil: wanted.parkUntil }),
    standing: false,
    releasedAt: wanted.at,
    history: withStep(latest.history, stepOf('released', wanted)),
  };
};

/**
 * The hold after its mapping went on or off; undefined where that is noted already, the number is another, or it is to go
 * off for a hold that has ended.
 */
export const mappingNoted = (latest: Hold | undefined, wanted: MappingNote): Hold | undefined => {
  if (!latest || latest.number !== wanted.number || latest.mappingDisabled === wanted.disabled) return undefined;
  if (wanted.disabled && !latest.standing) return undefined;
  return {
    ...latest,
    mappingDisabled: wanted.disabled,
    history: withStep(latest.history, stepOf(wanted.disabled ? 'mapping-disabled' : 'mapping-enabled', wanted)),
  };
};

/** An item that another release of ours has written, and this one cannot read. */
export class UnreadableHoldError extends Error {
  /** Unless the item says that it does not, it does. */
  readonly standing: boolean;

  constructor(message: string, standing: boolean) {
    super(message);
    this.name = new.target.name;
    this.standing = standing;
  }
}

/** @throws UnreadableHoldError naming what in the item is not as we write it */
export const readHold = (item: Readonly<Record<string, unknown>>): Hold => {
  const parsed = StoredHold.safeParse(item);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  const message = `the item ${String(item['id'])} is no hold as we write it: ${wrong}`;
  throw new UnreadableHoldError(message, item['standing'] !== false);
};
