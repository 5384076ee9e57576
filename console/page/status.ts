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
  /** As the last sweep saw it, once a minute; null before the first. */
  readonly unsent: number | null;
  /** Of the oldest that had not been sent then. */
  readonly oldestUnsentMs: number | null;
  readonly history: readonly number[];
}

export interface AccountStatus {
  readonly taking: boolean;
  readonly last: TakenAccount | null;
  /** Why the last one that was asked for could not be taken. */
  readonly error: string | null;
}

/** An account of all that had arrived at a moment. */
export interface TakenAccount {
  readonly until: number;
  readonly tookMs: number;
  readonly balances: boolean;
  readonly sources: readonly AccountRow[];
  /** What else the account says, in words, a line each. */
  readonly remarks: readonly string[];
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
