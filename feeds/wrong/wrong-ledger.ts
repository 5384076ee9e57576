import { digestOf } from '../account/digest.ts';
import type { FeedRecord, Wrong } from '../feed-event.ts';
import type { SendFeedRecords } from '../send-feed.ts';

/** What was sent wrong on purpose: how often the same bytes, and what they should be rejected for. */
export interface WrongSent {
  readonly source: string;
  readonly kind: Wrong;
  times: number;
}

/** By source and digest of the bytes: two hundred bytes of memory for each wrong record, as an account has for each record. */
export type WrongLedger = ReadonlyMap<string, WrongSent>;

export const ledgerKey = (source: string, digest: string): string => `${source}/${digest}`;

/** Keeps account of what is sent wrong, by senders that note it. */
export const openWrongLedger = (senders: ReadonlyMap<string, SendFeedRecords>) => {
  const ledger = new Map<string, WrongSent>();
  const note = ({ source, data, wrong }: FeedRecord): void => {
    if (!wrong) return;
    const key = ledgerKey(source, digestOf(data));
    const known = ledger.get(key);
    if (known) known.times += 1;
    else ledger.set(key, { source, kind: wrong, times: 1 });
  };
  const noting =
    (send: SendFeedRecords): SendFeedRecords =>
    (records) => {
      // Before it is sent: what was half sent must not look like nobody's.
      for (const record of records) note(record);
      return send(records);
    };
  return {
    ledger: ledger as WrongLedger,
    senders: new Map([...senders].map(([source, send]) => [source, noting(send)])),
  };
};
