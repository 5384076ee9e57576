import type { DeliveryAccount } from './delivery/delivery-book.ts';
import type { FaultKind, RecordClass, Verdict } from './classify.ts';

/** Of one source, in records. */
export interface SourceAccount {
  readonly source: string;
  /** In the stream, from its oldest record on. */
  records: number;
  readonly classes: Record<RecordClass, number>;
  /** Dead letters by reason. */
  readonly reasons: Record<string, number>;
  readonly faults: Partial<Record<FaultKind, number>>;
  /** Rows and dead letters older than the oldest record of their shard: they cannot be checked any more. */
  agedOut: number;
  /** Stored after they had been parked: a deployment or a schema that came meanwhile took them. */
  landed: number;
}

/** One fault and where it is, for a person to look at. */
export interface FaultExample {
  readonly source: string;
  readonly kind: FaultKind;
  /** `stream/shard/sequenceNumber`. */
  readonly position: string;
}

export interface Account {
  readonly sources: readonly SourceAccount[];
  /** Of what was delivered; undefined where nobody had subscribed. */
  readonly delivery?: DeliveryAccount;
  /** The first few of each kind. */
  readonly examples: readonly FaultExample[];
  /** Every record is explained, and nothing is there that should not be. */
  readonly balances: boolean;
}

const mostExamples = 5;

/** Adds up an account; everything it keeps is bounded but for the number of sources and reasons, which are few. */
export class AccountBook {
  readonly #sources = new Map<string, SourceAccount>();
  readonly #examples: FaultExample[] = [];

  of(source: string): SourceAccount {
    const found = this.#sources.get(source);
    if (found) return found;
    const made: SourceAccount = {
      source,
      records: 0,
      classes: { stored: 0, duplicate: 0, deadLetter: 0, held: 0, lost: 0 },
      reasons: {},
      faults: {},
      agedOut: 0,
      landed: 0,
    };
    this.#sources.set(source, made);
    return made;
  }

  addRecord(source: string, { as, landed }: Pick<Verdict, 'as' | 'landed'>, reason: string | undefined): void {
    const account = this.of(source);
    account.records += 1;
    account.classes[as] += 1;
    if (landed) account.landed += 1;
    if (as === 'deadLetter' && reason !== undefined) account.reasons[reason] = (account.reasons[reason] ?? 0) + 1;
  }

  addFault(source: string, kind: FaultKind, position: string): void {
    const { faults } = this.of(source);
    const count = (faults[kind] ?? 0) + 1;
    faults[kind] = count;
    if (count <= mostExamples) this.#examples.push({ source, kind, position });
  }

  close(): Account {
    const sources = [...this.#sources.values()].sort((a, b) => (a.source < b.source ? -1 : 1));
    return {
      sources,
      examples: this.#examples,
      balances: sources.every(({ faults }) => Object.keys(faults).length === 0),
    };
  }
}
