import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';

/** A message as a function gets it (LDG, "Using Lambda with Amazon SQS", example event). */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, RecordAttribute>>;
  readonly md5OfBody: string;
  /** Only of a message that has attributes. */
  readonly md5OfMessageAttributes?: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

interface RecordAttribute {
  readonly stringValue?: string;
  /** Base64. */
  readonly binaryValue?: string;
  readonly stringListValues: readonly string[];
  readonly binaryListValues: readonly string[];
  readonly dataType: string;
}

const recordAttribute = ({ StringValue, BinaryValue, DataType }: MessageAttributeValue): RecordAttribute => ({
  ...(StringValue === undefined ? {} : { stringValue: StringValue }),
  ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
  stringListValues: [],
  binaryListValues: [],
  dataType: DataType ?? 'String',
});

/** @param message - received with all its attributes */
export const queueRecord = (message: Message, queueArn: string, region: string): QueueRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: { ...message.Attributes },
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, recordAttribute(value)]),
  ),
  md5OfBody: message.MD5OfBody ?? '',
  ...(message.MD5OfMessageAttributes === undefined ? {} : { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn,
  awsRegion: region,
});

/** Lambda's limit for a payload. */
const mostPayloadBytes = 6 * 1024 * 1024;
/** `{"Records":[]}` */
const envelopeBytes = 14;

/** Bytes that a record takes in the event, with the comma behind it. */
const sizeOf = (record: QueueRecord): number => Buffer.byteLength(JSON.stringify(record)) + 1;

/** Bytes of the event with these records. */
export const eventBytes = (records: readonly QueueRecord[]): number =>
  records.reduce((bytes, record) => bytes + sizeOf(record), envelopeBytes);

/** Whether an event may become larger still: what is gathered beyond this would only wait for the next invocation. */
export const hasRoom = (records: readonly QueueRecord[]): boolean => eventBytes(records) < mostPayloadBytes;

/** Invocations of at most `batchSize` records and a payload's size, in order; a record too large goes alone. */
export const cutBatches = (records: readonly QueueRecord[], batchSize: number): readonly (readonly QueueRecord[])[] => {
  const batches: QueueRecord[][] = [];
  let bytes = 0;
  for (const record of records) {
    const last = batches.at(-1);
    const size = sizeOf(record);
    if (last && last.length < batchSize && bytes + size <= mostPayloadBytes) {
      last.push(record);
      bytes += size;
    } else {
      batches.push([record]);
      bytes = envelopeBytes + size;
    }
  }
  return batches;
};
