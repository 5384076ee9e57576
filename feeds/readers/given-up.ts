import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import type { DeadLetter } from '../account/evidence.ts';
import { readGivenUpLetters } from './given-up-letters.ts';
import type { ReadObject } from './parked-letter.ts';

/** Below it Lambda writes what it gave up on; elsewhere in the bucket are bytes of parked records. */
const prefix = 'aws/lambda/';

export const createReadObject =
  (s3: S3Client): ReadObject =>
  async (bucket, key) => {
    try {
      const { Body: body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return body && Buffer.from(await body.transformToByteArray());
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  };

async function* keysIn(s3: S3Client, bucket: string): AsyncGenerator<string> {
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

/**
 * Reads what Lambda gave up on, one object after the other.
 * @param sources - by name of the stream
 */
export const createGivenUpReader = (
  s3: S3Client,
  buckets: readonly string[],
  sources: ReadonlyMap<string, string>,
): (() => AsyncIterable<readonly DeadLetter[]>) => {
  const readObject = createReadObject(s3);
  return async function* () {
    for (const bucket of buckets) {
      for await (const key of keysIn(s3, bucket)) {
        const bytes = await readObject(bucket, key);
        if (bytes) yield readGivenUpLetters(bytes.toString('utf8'), key, sources);
      }
    }
  };
};
