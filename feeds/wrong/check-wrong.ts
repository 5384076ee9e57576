import { positionKey } from '../../lambdas/shared/stream/position.ts';
import type { DeadLetter } from '../account/evidence.ts';
import { ledgerKey, type WrongLedger } from './wrong-ledger.ts';

/** What must not be, of wrong records and parked ones. */
export const wrongFaultKinds = {
  missing: 'sent wrong, and not in the dead letters',
  otherReason: 'in the dead letters with another reason than it was sent for',
  nobodys: 'in the dead letters, and nobody sent it wrong',
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

export interface WrongCheck {
  readonly sent: number;
  /** With the right reason, each position once. */
  readonly found: number;
  /** Bytes that are in the stream more often than they were given to it: a producer that got no answer sends again. */
  readonly sentAgain: number;
  readonly faultCount: number;
  /** The first few. */
  readonly faults: readonly WrongFault[];
  /** Milliseconds from arrival in the stream to the dead letters, by reason; of what was parked. */
  readonly parkedAfter: ReadonlyMap<string, readonly number[]>;
  /** The same of what Lambda gave up on, by what it says. */
  readonly givenUpAfter: ReadonlyMap<string, readonly number[]>;
}

const mostFaults = 20;

const addTo = (times: Map<string, number[]>, reason: string, { arrivedAt, takenInAt }: DeadLetter): void => {
  const of = times.get(reason) ?? [];
  times.set(reason, of);
  of.push(takenInAt - arrivedAt);
};

/**
 * Holds what was sent wrong on purpose against the dead letters: each position once and with the reason of its kind,
 * and nobody else parked. What Lambda gave up on is no judgement of ours, and may be right records of a batch: it is
 * measured apart, and a wrong record that has no other dead letter is missing.
 * @param letters - all there are, each position once
 * @param since - milliseconds; what arrived before was sent by an earlier run
 */
export const checkWrong = async (
  ledger: WrongLedger,
  letters: AsyncIterable<readonly DeadLetter[]>,
  since: number,
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

  const look = (letter: DeadLetter): void => {
    if (letter.via === 'given-up') return addTo(givenUpAfter, letter.reason, letter);
    addTo(parkedAfter, letter.reason, letter);
    const key = ledgerKey(letter.source, letter.digest ?? '');
    const sent = ledger.get(key);
    const at = { source: letter.source, position: positionKey(letter.position), found: letter.reason };
    if (!sent) return fail({ fault: 'nobodys', ...at, kind: undefined, expected: undefined });
    const seen = (times.get(key) ?? 0) + 1;
    times.set(key, seen);
    const { name, reason } = sent.kind;
    if (letter.reason !== reason) fail({ fault: 'otherReason', ...at, kind: name, expected: reason });
    else if (seen > sent.times) sentAgain += 1;
    else found += 1;
  };
  for await (const page of letters) for (const letter of page) if (letter.arrivedAt >= since) look(letter);

  let sent = 0;
  for (const [key, { source, kind, times: sentTimes }] of ledger) {
    sent += sentTimes;
    for (let missing = sentTimes - (times.get(key) ?? 0); missing > 0; missing -= 1)
      fail({
        fault: 'missing',
        source,
        kind: kind.name,
        position: undefined,
        expected: kind.reason,
        found: undefined,
      });
  }
  return { sent, found, sentAgain, faultCount, faults, parkedAfter, givenUpAfter };
};
