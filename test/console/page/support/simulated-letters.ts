import type { Letter } from '../../../../console/page/letters/letter-answers.ts';

const said = [
  ['stadium-sensors', 'broken-rule', 'validate', 'x must be a number from -100 to 200, is a number outside of it'],
  ['market', 'broken-rule', 'validate', 'bid must be at most the ask, is a number above it'],
  ['social', 'undecodable', 'decode', 'the record ends within the field text; send it whole'],
  ['broadcast', 'unknown-schema', 'decode', 'the registry has no schema of this id; register it, then replay'],
  ['market', 'conflict', 'record', 'another body is stored under this id; a correction needs an id of its own'],
] as const;

/** Dead letters as the API answers them. */
export const simulatedLetters = () => {
  const begun = Date.now();
  const letters = Array.from({ length: 14 }, (_, n): Letter => {
    const [source, reason, stage, message] = said[n % said.length] ?? said[0];
    const arrivedAt = begun - n * 7_300;
    const bytes = Buffer.from(`\u0003\u0000schema-id-of-16b{"symbol":"EUR/USD","bid":1.0832,"ask":1.0829,"n":${n}}`);
    return {
      id: `millrace-local-${source}/shardId-000000000000/4966${n}`,
      source,
      reason,
      stage,
      message,
      arrivedAt: new Date(arrivedAt).toISOString(),
      failedAt: new Date(arrivedAt + 140).toISOString(),
      size: bytes.length,
      attempts: 1,
      via: 'parked',
      status: 'open',
      stream: `millrace-local-${source}`,
      shard: 'shardId-000000000000',
      sequenceNumber: `4966${n}`,
      schemaId: n % 2 === 0 ? '5b1f6a4e-0000-4000-8000-000000000001' : null,
      correlationId: null,
      errorClass: 'RejectedRecordError',
      bytes: bytes.toString('base64'),
    };
  });
  return {
    list: (): readonly Letter[] => letters.map((letter) => ({ ...letter, bytes: null })),
    find: (id: string): Letter | undefined => letters.find((letter) => letter.id === id),
  };
};
