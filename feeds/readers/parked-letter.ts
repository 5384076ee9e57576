import * as z from 'zod';
import type { DeadLetter } from '../account/evidence.ts';
import { digestOf } from '../account/digest.ts';

/** What an account needs of a parked message. */
const Parked = z.object({
  reason: z.string(),
  source: z.string(),
  position: z.object({ stream: z.string(), shard: z.string(), sequenceNumber: z.string() }),
  arrivedAt: z.iso.datetime(),
  bytes: z.base64().optional(),
  bytesAt: z.object({ bucket: z.string(), key: z.string() }).optional(),
});

/** Reads an object; undefined where there is none. */
export type ReadObject = (bucket: string, key: string) => Promise<Buffer | undefined>;

/** @throws Error naming the message that is not as the platform parks records */
export const readParkedLetter = async (
  body: string,
  messageId: string,
  readObject: ReadObject,
): Promise<DeadLetter> => {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw new Error(`the parked message ${messageId} is not JSON`, { cause: error });
  }
  const parsed = Parked.safeParse(json);
  if (!parsed.success) throw new Error(`the parked message ${messageId}: ${z.prettifyError(parsed.error)}`);
  const { bytes, bytesAt, arrivedAt, ...letter } = parsed.data;
  const found =
    bytes === undefined ? bytesAt && (await readObject(bytesAt.bucket, bytesAt.key)) : Buffer.from(bytes, 'base64');
  return { ...letter, arrivedAt: Date.parse(arrivedAt), via: 'parked', digest: found && digestOf(found) };
};
