/** Something that goes wrong on purpose, for a while. */
export interface Fault {
  /** As a person reads it: `PostgreSQL is away`. */
  readonly name: string;
  readonly begin: () => Promise<void>;
  /** @throws Error where what was broken does not come right again */
  readonly end: () => Promise<void>;
}
