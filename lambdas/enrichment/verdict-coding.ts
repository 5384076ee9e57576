import type { Verdict } from './verdicts.ts';

/**
 * Verdicts in few bytes, because a write to DynamoDB is paid by the kilobyte and 200 sequence numbers of Kinesis are
 * eleven of those. Each record is its distance from the one before (a byte that says its length, then the number), and
 * a byte that says its reason: 0 for none, else its place among the reasons, from 1.
 */
export interface CodedVerdicts {
  readonly bytes: Uint8Array;
  readonly reasons: readonly string[];
}

/** @param records - by sequence number, each once; sequence numbers are decimal, of 128 digits at most */
export const encodeVerdicts = (records: readonly Verdict[]): CodedVerdicts => {
  const reasons = [...new Set(records.flatMap(({ reason }) => reason ?? []))];
  let before = 0n;
  const parts = records.flatMap(({ sequenceNumber, reason }) => {
    const number = BigInt(sequenceNumber);
    const digits = (number - before).toString(16);
    before = number;
    const distance = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
    return [Buffer.from([distance.length]), distance, Buffer.from([reason === null ? 0 : reasons.indexOf(reason) + 1])];
  });
  return { bytes: Buffer.concat(parts), reasons };
};

/** @throws RangeError where the bytes are not as `encodeVerdicts` writes them */
export const decodeVerdicts = ({ bytes, reasons }: CodedVerdicts): readonly Verdict[] => {
  const coded = Buffer.from(bytes);
  const records: Verdict[] = [];
  let at = 0;
  let number = 0n;
  while (at < coded.length) {
    const end = at + 1 + coded.readUInt8(at);
    number += BigInt(`0x${coded.toString('hex', at + 1, end)}`);
    const place = coded.readUInt8(end);
    const reason = place === 0 ? null : reasons[place - 1];
    if (reason === undefined) throw new RangeError(`verdicts: there is no reason ${place}`);
    records.push({ sequenceNumber: String(number), reason });
    at = end + 1;
  }
  return records;
};
