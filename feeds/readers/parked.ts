import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetter } from '../account/evidence.ts';
import { readParkedLetter, type ReadObject } from './parked-letter.ts';

/** As many messages as one call gives. */
const pageSize = 10;
/** Longer than looking at all messages takes. Seconds. */
const hiddenSeconds = 120;
/** `fauxqs` loses a message that is put back at once (it writes NULL where its table allows none), so: soon. Seconds. */
const backAfterSeconds = 1;
/** A receive may come back empty though there are messages: only so many in a row mean the end. */
const emptyReceives = 3;

interface Seen {
  readonly id: string;
  readonly receipt: string;
}

const waiting = async (sqs: SQSClient, queueUrl: string): Promise<{ visible: number; hidden: number }> => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  const count = (name: keyof typeof Attributes): number => Number(Attributes[name] ?? 0);
  return { visible: count('ApproximateNumberOfMessages'), hidden: count('ApproximateNumberOfMessagesNotVisible') };
};

/** Puts messages back for whoever comes next; they are there again a second later. */
const putBack = async (sqs: SQSClient, queueUrl: string, seen: readonly Seen[]): Promise<void> => {
  for (let from = 0; from < seen.length; from += pageSize) {
    const entries = seen.slice(from, from + pageSize).map(({ receipt }, index) => ({
      Id: String(index),
      ReceiptHandle: receipt,
      VisibilityTimeout: backAfterSeconds,
    }));
    const { Failed = [] } = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
    );
    const [first] = Failed;
    if (first)
      throw new Error(`${Failed.length} parked messages could not be put back: ${first.Message ?? first.Code}`);
  }
};

/** Looks at every message of one queue and puts all back: hidden meanwhile, or it would see the same ones again. */
async function* peek(sqs: SQSClient, queueUrl: string, readObject: ReadObject): AsyncGenerator<DeadLetter[]> {
  const seen: Seen[] = [];
  const ids = new Set<string>();
  let waits = 0;
  try {
    for (let empty = 0; empty < emptyReceives;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: pageSize,
          VisibilityTimeout: hiddenSeconds,
        }),
      );
      if (Messages.length === 0) {
        const { visible, hidden } = await waiting(sqs, queueUrl);
        if (visible > 0) empty += 1;
        // An account that was killed left messages hidden: they come back, and without them records would look lost.
        else if (hidden > ids.size && (waits += 1) <= hiddenSeconds + backAfterSeconds) await sleep(1_000);
        else empty = emptyReceives;
        continue;
      }
      empty = 0;
      const page = Messages.map(({ MessageId: id = '', ReceiptHandle: receipt = '', Body: body = '' }) => ({
        id,
        receipt,
        body,
      }));
      seen.push(...page.map(({ id, receipt }) => ({ id, receipt })));
      // A standard queue may deliver a message twice; that is no second dead letter.
      const fresh = page.filter(({ id }) => !ids.has(id));
      for (const { id } of fresh) ids.add(id);
      yield await Promise.all(fresh.map(({ id, body }) => readParkedLetter(body, id, readObject)));
    }
  } finally {
    await putBack(sqs, queueUrl, seen);
  }
}

/** Reads the parked queues without taking anything out of them. */
export const createParkedReader = (
  sqs: SQSClient,
  queueUrls: readonly string[],
  readObject: ReadObject,
): (() => AsyncIterable<readonly DeadLetter[]>) =>
  async function* () {
    for (const queueUrl of queueUrls) yield* peek(sqs, queueUrl, readObject);
  };
