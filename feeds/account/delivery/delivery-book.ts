import type { DeliveryKind } from './evidence.ts';
import { families } from './families.ts';
import { noLatencies, type Latencies } from './latencies.ts';

/** What must never be of what is delivered. Any one of them, and the account does not balance. */
export const deliveryFaultKinds = {
  missingNumber: 'a number that its channel has given, and no message has',
  bodyDiffers: 'a message that was delivered, or is kept, as another than its number stands for',
  notNumbered: 'stored, to be delivered, and in no message',
  numberedTwice: 'an event in more than one message',
  unpublished: 'a message that has its number, and nobody has noted that it was published',
  neverPushed:
    'a message that was noted as published and never pushed: the subscriber was there, and had to ask for it',
  notDelivered: 'a message that the subscriber never got, not even when it asked for it',
  phantomMessage: 'a message that nobody numbered, or an event in one that is not stored',
  staleLatest: 'the newest event of an entity is not what clients have of it',
  outOfOrder: 'pushed behind a later message of its channel',
} as const;
export type DeliveryFaultKind = keyof typeof deliveryFaultKinds;

/** Of the channels of one kind. */
export interface FamilyAccount {
  readonly family: string;
  readonly delivery: DeliveryKind;
  channels: number;
  /** Delivered since the subscriber began, each number once. */
  messages: number;
  /** In those messages and snapshots. */
  events: number;
  byPush: number;
  byResume: number;
  /** Messages that a snapshot stood for, after an interruption. */
  skipped: number;
  /** Deliveries of numbers that had been delivered before. */
  repeats: number;
  tombstones: number;
  /** Stored, and a newer event of the same entity went out instead. */
  superseded: number;
  /** Stored, and too old when its channel had its turn. */
  expired: number;
  /** Messages, or events whose messages are deleted by now: they cannot be checked any more. */
  agedOut: number;
  readonly latencies: Latencies;
  readonly faults: Partial<Record<DeliveryFaultKind, number>>;
}

export interface DeliveryExample {
  readonly kind: DeliveryFaultKind;
  /** `channel#number`, or the key of an event. */
  readonly what: string;
}

export interface DeliveryAccount {
  readonly families: readonly FamilyAccount[];
  readonly examples: readonly DeliveryExample[];
  readonly balances: boolean;
}

const mostExamples = 5;

/** Adds up an account of deliveries. */
export class DeliveryBook {
  readonly #families = new Map<string, FamilyAccount>();
  readonly #examples: DeliveryExample[] = [];
  readonly #counts = new Map<DeliveryFaultKind, number>();

  constructor() {
    for (const { family, delivery } of families) this.#open(family, delivery);
  }

  #open(family: string, delivery: DeliveryKind): FamilyAccount {
    const made: FamilyAccount = {
      family,
      delivery,
      channels: 0,
      messages: 0,
      events: 0,
      byPush: 0,
      byResume: 0,
      skipped: 0,
      repeats: 0,
      tombstones: 0,
      superseded: 0,
      expired: 0,
      agedOut: 0,
      latencies: noLatencies(),
      faults: {},
    };
    this.#families.set(family, made);
    return made;
  }

  /** One that is not known is opened as `each`: it has faults only. */
  of(family: string): FamilyAccount {
    return this.#families.get(family) ?? this.#open(family, 'each');
  }

  addFault(family: string, kind: DeliveryFaultKind, what: string): void {
    const { faults } = this.of(family);
    faults[kind] = (faults[kind] ?? 0) + 1;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count <= mostExamples) this.#examples.push({ kind, what });
  }

  close(): DeliveryAccount {
    return {
      families: [...this.#families.values()].sort((a, b) => (a.family < b.family ? -1 : 1)),
      examples: this.#examples,
      balances: this.#counts.size === 0,
    };
  }
}
