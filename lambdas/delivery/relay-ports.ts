import type { PublishPagePorts } from './publish-page.ts';
import type { RelayTally } from './relay-tally.ts';
import type { RelayStore, UnpublishedMessage } from './relay-store.ts';

export interface RelayPorts {
  readonly store: RelayStore;
  /** One call to AppSync Events, with the retries it deserves. */
  readonly publish: (
    channel: string,
    bodies: readonly string[],
    onUnknown: () => void,
  ) => ReturnType<PublishPagePorts['publish']>;
  readonly park: (channel: string, message: UnpublishedMessage) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Asks to be woken for channels, after a time. One that is lost costs time only: nobody waits for it here. */
  readonly wake: (channels: readonly string[], afterMs: number) => void;
  /** Ends after a time, or when it is told to. */
  readonly pause: (ms: number) => { readonly over: Promise<void>; readonly end: () => void };
}

export interface RelayLimits {
  readonly leaseMs: number;
  /** From then on nothing is begun. Milliseconds since the epoch. */
  readonly deadline: number;
  /** Channels whose page is in memory, being published. */
  readonly mostPublishing: number;
  /** Channels held that are to be looked at: others may have those that we would not get to soon. */
  readonly mostReady: number;
  /** Channels held, most of them waiting for their moment. */
  readonly mostHeld: number;
  /** Channels of one statement. */
  readonly mostOfStatement: number;
  /** How long it may wait, in all, for the moments of channels while there is nothing else to do. */
  readonly mostIdleMs: number;
}

export interface RelayResult extends RelayTally {
  /** Something waits, or may: time was up. They are to be woken again. */
  readonly left: readonly string[];
}
