import { reasonOf } from '../shared/errors/platform-error.ts';
import type { Numbering } from './plan-messages.ts';
import type { PageResult } from './publish-page.ts';
import type { UnpublishedMessage } from './relay-store.ts';

/** What one invocation did. */
export interface RelayTally {
  /** Messages taken by AppSync; one that was published again counts again. */
  readonly published: number;
  readonly superseded: number;
  readonly expired: number;
  readonly tombstones: number;
  /** Messages found numbered and not marked: sent by somebody who did not get to say so, or not sent. */
  readonly republished: number;
  /** Channels whose holder had let its lease lapse. */
  readonly lapsed: number;
  /** Channels given up for now, by reason. */
  readonly failed: ReadonlyMap<string, number>;
}

export const createTally = () => {
  const counts = { published: 0, superseded: 0, expired: 0, tombstones: 0, republished: 0, lapsed: 0 };
  const failures = new Map<string, number>();
  /** By channel, the highest number that we gave or saw. */
  const known = new Map<string, number>();
  return {
    published: (page: readonly UnpublishedMessage[], { published }: PageResult): void => {
      const sent = new Set(published);
      counts.published += sent.size;
      counts.tombstones += page.filter(({ number, unpublishable }) => unpublishable && sent.has(number)).length;
    },
    /** Messages that wait to be published: those that we neither numbered nor saw before are another's. */
    found: (channel: string, page: readonly UnpublishedMessage[]): void => {
      const last = known.get(channel) ?? 0;
      counts.republished += page.filter(({ number }) => number > last).length;
      known.set(channel, Math.max(last, ...page.map(({ number }) => number)));
    },
    numbered: ({ channel, lastNumber, messages, superseded, expired }: Numbering): void => {
      known.set(channel, lastNumber + messages.length);
      counts.superseded += superseded;
      counts.expired += expired;
    },
    lapsed: (): void => {
      counts.lapsed += 1;
    },
    failed: (error: unknown): void => {
      const reason = reasonOf(error);
      failures.set(reason, (failures.get(reason) ?? 0) + 1);
    },
    read: (): RelayTally => ({ ...counts, failed: failures }),
  };
};
