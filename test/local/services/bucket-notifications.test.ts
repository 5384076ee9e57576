import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  encodeKey,
  objectCreated,
  testEvent,
  type ListedObject,
} from '../../../local/services/bucket-notifications/event.ts';
import { openTold } from '../../../local/services/bucket-notifications/told.ts';
import { watchBucket, type BucketWorld } from '../../../local/services/bucket-notifications/watch-bucket.ts';
import { temporaryFolder } from '../support/test-world.ts';

const notification = {
  id: 'config',
  bucket: 'give-ups',
  prefix: 'aws/lambda/',
  queueArn: 'arn:aws:sqs:eu-west-1:000000000000:given-up',
};
const at = new Date('2026-11-21T12:00:00.123Z');
const object = (key: string, overrides: Partial<ListedObject> = {}): ListedObject => ({
  key,
  size: 7,
  eTag: 'd41d8cd98f00b204e9800998ecf8427e',
  lastModified: at,
  ...overrides,
});

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

describe('the message about an object', () => {
  it('is S3’s, to the letter', () => {
    expect(objectCreated(notification, 'eu-west-1', object('aws/lambda/a b'))).toEqual({
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          awsRegion: 'eu-west-1',
          eventTime: '2026-11-21T12:00:00.123Z',
          eventName: 'ObjectCreated:Put',
          userIdentity: { principalId: 'AWS:local' },
          requestParameters: { sourceIPAddress: '127.0.0.1' },
          responseElements: {
            'x-amz-request-id': expect.stringMatching(/^[0-9A-F]{16}$/) as string,
            'x-amz-id-2': expect.stringMatching(/^.{64}$/) as string,
          },
          s3: {
            s3SchemaVersion: '1.0',
            configurationId: 'config',
            bucket: { name: 'give-ups', ownerIdentity: { principalId: 'local' }, arn: 'arn:aws:s3:::give-ups' },
            object: {
              key: 'aws/lambda/a+b',
              size: 7,
              eTag: 'd41d8cd98f00b204e9800998ecf8427e',
              sequencer: expect.stringMatching(/^[0-9A-F]{18}$/) as string,
            },
          },
        },
      ],
    });
  });

  it('says which upload it was by the ETag, and which of two is later by the sequencer', () => {
    const told = (overrides: Partial<ListedObject>) =>
      (objectCreated(notification, 'eu-west-1', object('k', overrides)) as { Records: [Told] }).Records[0];
    interface Told {
      readonly eventName: string;
      readonly s3: { readonly object: { readonly sequencer: string } };
    }
    expect(told({ eTag: 'd41d8cd98f00b204e9800998ecf8427e-2' }).eventName).toBe(
      'ObjectCreated:CompleteMultipartUpload',
    );
    const [first, second] = [told({}), told({ lastModified: new Date(at.getTime() + 1) })];
    expect(second.s3.object.sequencer > first.s3.object.sequencer).toBe(true);
  });

  it.each([
    ['my folder/image=1.png', 'my+folder/image%3D1.png'],
    ['a+b', 'a%2Bb'],
    ["it's (1)!~", 'it%27s+%281%29%21%7E'],
    ['größe/日本', 'gr%C3%B6%C3%9Fe/%E6%97%A5%E6%9C%AC'],
    ['-_.*', '-_.*'],
  ])('writes the key %s as %s', (key, encoded) => {
    expect(encodeKey(key)).toBe(encoded);
    expect(decodeURIComponent(encodeKey(key).replaceAll('+', ' '))).toBe(key);
  });
});

describe('the test event', () => {
  it('is S3’s, to the letter', () => {
    expect(testEvent(notification, at)).toEqual({
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: '2026-11-21T12:00:00.123Z',
      Bucket: 'give-ups',
      RequestId: expect.stringMatching(/^[0-9A-F]{16}$/) as string,
      HostId: expect.any(String) as string,
    });
  });
});

/** A bucket and a queue in memory; ends when `rounds` listings are over. */
const watch = async (
  bucket: ListedObject[],
  rounds: number,
  meddle: (round: number) => void = () => {},
): Promise<{ sent: string[]; slept: number[]; complaints: string[] }> => {
  const sent: string[] = [];
  const slept: number[] = [];
  const complaints: string[] = [];
  let round = 0;
  const told = await openTold(folder.path, notification.id);
  const world: BucketWorld = {
    region: 'eu-west-1',
    now: () => at,
    sleep: async (ms) => void slept.push(ms),
    random: () => 1,
    stopped: () => round >= rounds,
    list: async () => {
      round += 1;
      meddle(round);
      return [...bucket];
    },
    send: async (bodies) => {
      const events = bodies.map(
        (body) => JSON.parse(body) as { Event?: string; Records?: [{ s3: { object: { key: string } } }] },
      );
      if (events.some(({ Records }) => Records?.[0].s3.object.key === 'refused')) throw new Error('refused');
      sent.push(...events.map(({ Event, Records }) => Event ?? Records?.[0].s3.object.key ?? ''));
    },
    told,
    complain: (message) => void complaints.push(message),
  };
  // The last round must be told, too.
  const stopped = world.stopped;
  let over = false;
  await watchBucket(notification, {
    ...world,
    stopped: () => over,
    sleep: async (ms) => {
      await world.sleep(ms);
      over = stopped();
    },
  });
  return { sent, slept, complaints };
};

describe('a watched bucket', () => {
  it('is told of once: the test event first, then each object', async () => {
    const bucket = [object('a'), object('b')];
    const { sent } = await watch(bucket, 4, (round) => {
      if (round === 3) bucket.push(object('c'));
    });
    expect(sent).toEqual(['s3:TestEvent', 'a', 'b', 'c']);
  });

  it('is remembered by the next run, which tells only of what it was not told of', async () => {
    await watch([object('a')], 1);
    const { sent } = await watch([object('a'), object('while we were away')], 2);
    expect(sent).toEqual(['while+we+were+away']);
  });

  it('is told of again when a key has another content, or the same again later', async () => {
    await watch([object('a')], 1);
    expect((await watch([object('a', { eTag: 'other' })], 1)).sent).toEqual(['a']);
    expect((await watch([object('a', { eTag: 'other', lastModified: new Date(0) })], 1)).sent).toEqual(['a']);
  });

  it('remembers no more than the bucket holds', async () => {
    const told = await openTold(folder.path, 'bounded');
    const objects = [object('a'), object('b'), object('c')];
    told.add(objects);
    await told.save([object('b')]);
    const again = await openTold(folder.path, 'bounded');
    expect(again.newIn(objects)).toEqual([object('a'), object('c')]);
  });

  it('keeps what was sent before a failure, goes on trying with the rest, and complains once', async () => {
    const bucket = [...Array.from({ length: 10 }, (_, n) => object(`k${n}`)), object('refused')];
    const { sent, slept, complaints } = await watch(bucket, 4, (round) => {
      if (round === 4) bucket.pop();
    });
    expect(sent).toEqual(['s3:TestEvent', ...Array.from({ length: 10 }, (_, n) => `k${n}`)]);
    expect(slept.slice(0, 3)).toEqual([100, 200, 400]);
    expect(complaints).toEqual(['notifications of give-ups wait, and are tried again: refused']);
  });

  it('remembers what was sent before a failure also when the run ends there', async () => {
    const good = Array.from({ length: 10 }, (_, n) => object(`k${n}`));
    await watch([...good, object('refused')], 1);
    expect((await watch([...good, object('z')], 1)).sent).toEqual(['z']);
  });

  it('does not begin with a file that it did not write', async () => {
    await (await openTold(folder.path, 'foreign')).setTested();
    await writeFile(join(folder.path, 'bucket-notifications', 'foreign.json'), '{"told":1}');
    await expect(openTold(folder.path, 'foreign')).rejects.toThrow('is not what this program wrote');
  });
});
