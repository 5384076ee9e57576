/** What a fault has done. */
export interface FaultCount {
  /** As a person reads it behind the number: `kills before-statement`. */
  readonly what: string;
  readonly count: number;
  /** Zero then means that the fault did nothing, and has proved nothing. */
  readonly must: boolean;
}

/** Something that goes wrong on purpose, for a while. */
export interface Fault {
  /** As a person asks for it: `postgres-down`. */
  readonly name: string;
  readonly begin: () => Promise<void>;
  /** @throws Error where what was broken does not come right again */
  readonly end: () => Promise<void>;
  /** What it has done since it began; asked when the run has recovered. */
  readonly counts?: () => readonly FaultCount[];
}
