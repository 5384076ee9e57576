/** What `GET /local/status` answers: how the line runs. Rates are per second over the last five, times milliseconds. */
export interface LocalStatus {
  /** Of this machine, milliseconds since the epoch. */
  readonly at: number;
  readonly startedAt: number;
  /** HTTP host of the Events API: what a subscriber names in its authorization. */
  readonly eventsHost: string;
  readonly sources: readonly SourceStatus[];
  readonly relay: RelayStatus;
  readonly account: AccountStatus;
}

export interface SourceStatus {
  readonly source: string;
  /** Records that were put into the stream. */
  readonly arrivingPerSecond: number;
  readonly storedPerSecond: number;
  readonly duplicatesPerSecond: number;
  readonly rejectedPerSecond: number;
  /** Since the run began. */
  readonly stored: number;
  readonly rejected: number;
  /** Arrival to answer, the longest of the last ten seconds; null without records. */
  readonly lagMs: number | null;
  /** Stored, second by second, oldest first; the last is over. */
  readonly history: readonly number[];
  readonly hold: HoldStatus | null;
}

export interface HoldStatus {
  readonly cause: string;
  readonly why: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface RelayStatus {
  readonly publishedPerSecond: number;
  readonly supersededPerSecond: number;
  readonly failedPerSecond: number;
  readonly published: number;
  readonly expired: number;
  readonly tombstones: number;
  readonly republished: number;
  /** Events that wait for a number, now; null while the database does not answer. */
  readonly unsent: number | null;
  /** For how long the oldest event or message that is not published has waited; null where none is known. */
  readonly oldestUnsentMs: number | null;
  readonly history: readonly number[];
}

export interface AccountStatus {
  readonly taking: boolean;
  readonly last: TakenAccount | null;
  /** Why the last one that was asked for could not be taken. */
  readonly error: string | null;
}

/** An account of all that had arrived at a moment; balances where every record is accounted for and no message is missing. */
export interface TakenAccount {
  readonly until: number;
  readonly tookMs: number;
  readonly balances: boolean;
  readonly sources: readonly AccountRow[];
  /** Null while nobody is subscribed yet. */
  readonly deliveries: DeliveryRow | null;
}

/** What the run's own subscriber has of the messages that there were; the end of the run judges what they hold. */
export interface DeliveryRow {
  readonly pushed: number;
  /** It had to ask for them, and has them. */
  readonly neverPushed: number;
  /** Came again. */
  readonly repeats: number;
  /** Came again as something else. */
  readonly differing: number;
  /** Gaps: it does not have them. */
  readonly missing: number;
}

export interface AccountRow {
  readonly source: string;
  readonly records: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly deadLetter: number;
  readonly held: number;
  readonly lost: number;
  readonly phantom: number;
}
