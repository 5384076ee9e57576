import * as z from 'zod/mini';
import { ForeignMessageError, parseJson } from './foreign-message.ts';

/** An object that S3 says is there. */
export interface NewObject {
  readonly bucket: string;
  readonly key: string;
}

/** A batch is at most 6 MiB when a function gets it; as JSON within JSON it is a little more. */
const mostBytes = 16 * 1024 * 1024;

const Notice = z.union([
  // What S3 sends once, to see whether it may: there is nothing behind it.
  z.object({ Service: z.literal('Amazon S3'), Event: z.literal('s3:TestEvent') }),
  z.object({
    Records: z
      .array(
        z.object({
          eventName: z.string(),
          s3: z.object({
            bucket: z.object({ name: z.string() }),
            object: z.object({ key: z.string(), size: z.int().check(z.maximum(mostBytes)) }),
          }),
        }),
      )
      .check(z.minLength(1)),
  }),
]);

/** Keys come encoded as in a form: spaces as plus. */
const decodedKey = (key: string): string => {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw new ForeignMessageError('the notification names a key that is not URL-encoded');
  }
};

/**
 * The objects of an S3 notification; none for S3's own test.
 * @throws ForeignMessageError where it is no notification
 */
export const readObjectNotice = (body: string): NewObject[] => {
  const notice = parseJson(Notice, body, 'the S3 notification');
  if (!('Records' in notice)) return [];
  return notice.Records.map(({ s3 }) => ({ bucket: s3.bucket.name, key: decodedKey(s3.object.key) }));
};
