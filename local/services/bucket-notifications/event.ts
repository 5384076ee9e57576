import { shortHash } from '../../deterministic-id.ts';
import type { BucketNotification } from '../../world.ts';

/** An object as a listing of its bucket shows it. */
export interface ListedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes. */
  readonly eTag: string;
  readonly lastModified: Date;
}

/** A key as S3 writes it into events: as a form would, with a space as `+`; slashes stay. */
export const encodeKey = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** S3 gives what was uploaded in parts an ETag that ends with their number. */
const eventName = (eTag: string): string =>
  /-\d+$/.test(eTag) ? 'ObjectCreated:CompleteMultipartUpload' : 'ObjectCreated:Put';

const requestIds = (...parts: readonly string[]): Record<string, string> => ({
  'x-amz-request-id': shortHash(16, ...parts).toUpperCase(),
  'x-amz-id-2': shortHash(64, 'host', ...parts),
});

/**
 * What S3 sends of a new object (S3 User Guide, "Event message structure", version 2.1). The bucket has no versions
 * locally, so the object has no version id.
 */
export const objectCreated = ({ id, bucket }: BucketNotification, region: string, object: ListedObject): unknown => {
  const { key, size, eTag, lastModified } = object;
  const time = lastModified.toISOString();
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: time,
        eventName: eventName(eTag),
        userIdentity: { principalId: 'AWS:local' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: requestIds(bucket, key, time),
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: id,
          bucket: { name: bucket, ownerIdentity: { principalId: 'local' }, arn: `arn:aws:s3:::${bucket}` },
          object: {
            key: encodeKey(key),
            size,
            eTag,
            // Of two events of one key, the later has the greater one.
            sequencer: lastModified.getTime().toString(16).toUpperCase().padStart(18, '0'),
          },
        },
      },
    ],
  };
};

/** What S3 sends once, when the notification is configured. */
export const testEvent = ({ bucket }: BucketNotification, at: Date): unknown => ({
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: at.toISOString(),
  Bucket: bucket,
  RequestId: shortHash(16, bucket, at.toISOString()).toUpperCase(),
  HostId: shortHash(64, 'host', bucket, at.toISOString()),
});
