import { positionKey } from '../../lambdas/shared/stream/position.ts';
import { isOfOutbox, type DeadLetter, type HeldRecord } from '../account/evidence.ts';
import { ledgerKey, type WrongLedger, type WrongSent } from './wrong-ledger.ts';

/** What must not be, of wrong records and parked ones. */
export const wrongFaultKinds = {
  missing: 'sent wrong, and not in the dead letters',
  otherReason: 'in the dead letters with another reason than it was sent for',
  nobodys: 'in the dead letters, and nobody sent it wrong',
  givenUp: 'given up by Lambda, and nothing that went wrong on purpose accounts for it',
  notAsMany: 'of what went wrong on purpose there are not as many dead letters as there should be',
} as const;
export type WrongFaultKind = keyof typeof wrongFaultKinds;

export interface WrongFault {
  readonly fault: WrongFaultKind;
  readonly source: string;
  /** What was wrong on purpose; undefined for what nobody sent wrong. */
  readonly kind: string | undefined;
  /** `stream/shard/sequenceNumber`; undefined for what is missing. */
  readonly position: string | undefined;
  /** What it should be, and what it is. */
  readonly expected: string | undefined;
  readonly found: string | undefined;
}

/** Dead letters that something puts there that goes wrong on purpose, besides what was sent wrong. */
export interface ExpectedLetters {
  /** As a person reads it. */
  readonly what: string;
  readonly least: number;
  readonly most: number;
  readonly isOne: (letter: DeadLetter) => boolean;
}

/** A dead letter of a record that was not sent wrong. */
export interface UnsentLetter {
  readonly arrivedAt: number;
  readonly via: DeadLetter['via'];
}

export interface WrongCheck {
  readonly sent: number;
  /** With the right reason, each position once. */
  readonly found: number;
  /** Not in the dead letters, because their source is held: they are still to come. */
  readonly held: number;
  /** Bytes that are in the stream more often than they were given to it: a producer that got no answer sends again. */
  readonly sentAgain: number;
  readonly faultCount: number;
  /** The first few. */
  readonly faults: readonly WrongFault[];
  /** Milliseconds from arrival in the stream to the dead letters, by reason; of what was parked. */
  readonly parkedAfter: ReadonlyMap<string, readonly number[]>;
  /** The same of what Lambda gave up on, by what it says. */
  readonly givenUpAfter: ReadonlyMap<string, readonly number[]>;
  /** How many there were of what was expected. */
  readonly ofFaults: readonly (Pick<ExpectedLetters, 'what' | 'least' | 'most'> & { readonly count: number })[];
  /** Expected or not; the first thousand. */
  readonly unsent: readonly UnsentLetter[];
}

/** Where records that were sent wrong can be. */
export interface WhereRecordsAre {
  readonly letters: AsyncIterable<readonly DeadLetter[]>;
  readonly held: AsyncIterable<readonly HeldRecord[]>;
}

const mostFaults = 20;
const mostUnsent = 1_000;

const addTo = (times: Map<string, number[]>, reason: string, { arrivedAt, takenInAt }: DeadLetter): void => {
  const of = times.get(reason) ?? [];
  times.set(reason, of);
  of.push(takenInAt - arrivedAt);
};

/**
 * Holds what was sent wrong on purpose against the dead letters: each position once and with the reason of its kind,
 * and nobody else parked, or given up by Lambda, but for what is expected besides. A record that was sent wrong and given
 * up on is missing.
 * @param letters - all there are, each position once
 * @param held - what is not read for now: none of it is missing
 * @param since - milliseconds; what arrived before was sent by an earlier run
 * @param expected - what else is there by right
 */
export const checkWrong = async (
  ledger: WrongLedger,
  { letters, held }: WhereRecordsAre,
  since: number,
  expected: readonly ExpectedLetters[] = [],
): Promise<WrongCheck> => {
  const parkedAfter = new Map<string, number[]>();
  const givenUpAfter = new Map<string, number[]>();
  const faults: WrongFault[] = [];
  let faultCount = 0;
  let found = 0;
  let sentAgain = 0;
  const times = new Map<string, number>();
  const fail = (fault: WrongFault): void => {
    faultCount += 1;
    if (faults.length < mostFaults) faults.push(fault);
  };

  const ofFaults = expected.map(({ what, least, most, isOne }) => ({ what, least, most, isOne, count: 0 }));
  const unsent: UnsentLetter[] = [];

  const lookUnsent = (letter: DeadLetter, fault: WrongFaultKind, kind?: WrongSent['kind']): void => {
    if (unsent.length < mostUnsent) unsent.push({ arrivedAt: letter.arrivedAt, via: letter.via });
    const own = ofFaults.find(({ isOne }) => isOne(letter));
    if (own) return void (own.count += 1);
    const at = { source: letter.source, position: positionKey(letter.position), found: letter.reason };
    fail({ fault, ...at, kind: kind?.name, expected: kind?.reason });
  };
  const look = (letter: DeadLetter): void => {
    if (letter.via === 'given-up') {
      addTo(givenUpAfter, letter.reason, letter);
      return lookUnsent(letter, 'givenUp');
    }
    addTo(parkedAfter, letter.reason, letter);
    const key = ledgerKey(letter.source, letter.digest ?? '');
    const sent = ledger.get(key);
    if (!sent) return lookUnsent(letter, 'nobodys');
    const seen = (times.get(key) ?? 0) + 1;
    times.set(key, seen);
    if (letter.reason !== sent.kind.reason) lookUnsent(letter, 'otherReason', sent.kind);
    else if (seen > sent.times) sentAgain += 1;
    else found += 1;
  };
  // What could not be published is no record; the account of deliveries says whether it is there by right.
  for await (const page of letters)
    for (const letter of page) if (letter.arrivedAt >= since && !isOfOutbox(letter.position)) look(letter);

  const heldBack = new Map<string, number>();
  for await (const page of held) {
    for (const { source, digest } of page) {
      const key = ledgerKey(source, digest);
      if (ledger.has(key)) heldBack.set(key, (heldBack.get(key) ?? 0) + 1);
    }
  }

  let sent = 0;
  let waiting = 0;
  for (const [key, { source, kind, times: sentTimes }] of ledger) {
    sent += sentTimes;
    const notThere = Math.max(0, sentTimes - (times.get(key) ?? 0));
    const ofThem = Math.min(notThere, heldBack.get(key) ?? 0);
    waiting += ofThem;
    for (let missing = notThere - ofThem; missing > 0; missing -= 1)
      fail({
        fault: 'missing',
        source,
        kind: kind.name,
        position: undefined,
        expected: kind.reason,
        found: undefined,
      });
  }
  for (const { what, least, most, count } of ofFaults) {
    if (count >= least && count <= most) continue;
    const range = least === most ? String(most) : `${least} to ${most}`;
    fail({ fault: 'notAsMany', source: 'all', kind: what, position: undefined, expected: range, found: String(count) });
  }
  return { sent, found, held: waiting, sentAgain, faultCount, faults, parkedAfter, givenUpAfter, ofFaults, unsent };
};
