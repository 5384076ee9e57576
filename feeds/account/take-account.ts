import { positionKey, type StreamPosition } from '../../lambdas/shared/stream/position.ts';
import { AccountBook, type Account } from './account.ts';
import { classify, type FaultKind } from './classify.ts';
import { takeDeliveryAccount, type DeliveryWitness } from './delivery/take-delivery-account.ts';
import { digestOf } from './digest.ts';
import {
  collectEvidence,
  type DeadLetter,
  type Evidence,
  type HeldRecord,
  type Identity,
  type StoredRow,
  type StreamEntry,
  type StreamPage,
} from './evidence.ts';

/** Where an account is taken from: each reads, from outside, everything there is, in pages, and changes nothing. */
export interface AccountReaders {
  /** Every shard of every stream from its oldest record on. */
  readonly readStreams: () => AsyncIterable<StreamPage>;
  readonly readStored: () => AsyncIterable<readonly StoredRow[]>;
  readonly readDeadLetters: () => AsyncIterable<readonly DeadLetter[]>;
  readonly readHeld: () => AsyncIterable<readonly HeldRecord[]>;
  /** In order; undefined for bytes that are no event. */
  readonly identify: (records: readonly StreamEntry[]) => Promise<readonly (Identity | undefined)[]>;
}

const shardOf = (position: string): string => position.slice(0, position.lastIndexOf('/'));
const at = ({ position }: { readonly position: StreamPosition }): string => positionKey(position);

const checkStreams = async (readers: AccountReaders, evidence: Evidence, book: AccountBook) => {
  /** By shard: what arrived before may be gone. */
  const horizons = new Map<string, number>();
  const unseen = new Set([...evidence.stored.keys(), ...evidence.deadLetters.keys(), ...evidence.held.keys()]);
  for await (const { source, stream, shard, keepsFrom, records } of readers.readStreams()) {
    horizons.set(`${stream}/${shard}`, keepsFrom);
    book.of(source);
    const identities = await readers.identify(records);
    for (const [index, { sequenceNumber, bytes }] of records.entries()) {
      const position = positionKey({ stream, shard, sequenceNumber });
      unseen.delete(position);
      const verdict = classify({ position, identity: identities[index], digest: () => digestOf(bytes) }, evidence);
      book.addRecord(source, verdict, evidence.deadLetters.get(position)?.reason);
      for (const fault of verdict.faults) book.addFault(source, fault, position);
    }
  }
  return { horizons, unseen };
};

/** Retention takes records by their age, and by nothing else: a younger one that is gone is a phantom. */
const isAgedOut = (arrivedAt: number, keepsFrom: number | undefined): boolean =>
  keepsFrom !== undefined && arrivedAt < keepsFrom;

/**
 * Takes an account: every record that the streams hold, read again from the beginning, is exactly one of stored,
 * duplicate, dead letter or held; everything else is a fault, never a remainder.
 *
 * Sets first, streams last: what is written meanwhile can look lost for a moment, never be overlooked.
 * @param witness - of what was delivered; without one there is no account of deliveries
 */
export const takeAccount = async (readers: AccountReaders, witness?: DeliveryWitness): Promise<Account> => {
  const evidence = await collectEvidence(readers.readStored(), readers.readDeadLetters(), readers.readHeld());
  const book = new AccountBook();
  const { horizons, unseen } = await checkStreams(readers, evidence, book);

  const explainUnseen = (
    entries: ReadonlyMap<string, { readonly source: string; readonly arrivedAt: number }>,
    fault: FaultKind,
  ): void => {
    for (const [position, { source, arrivedAt }] of entries) {
      if (!unseen.has(position)) continue;
      if (isAgedOut(arrivedAt, horizons.get(shardOf(position)))) book.of(source).agedOut += 1;
      else book.addFault(source, fault, position);
    }
  };
  explainUnseen(evidence.stored, 'phantomRow');
  explainUnseen(evidence.deadLetters, 'phantomDeadLetter');
  explainUnseen(evidence.held, 'phantomHeld');

  for (const row of evidence.keysStoredTwice) book.addFault(row.source, 'keyStoredTwice', at(row));
  for (const row of evidence.positionsStoredTwice) book.addFault(row.source, 'positionStoredTwice', at(row));
  const account = book.close();
  if (!witness) return account;
  const delivery = await takeDeliveryAccount(witness, evidence.tombstones);
  return { ...account, delivery, balances: account.balances && delivery.balances };
};
