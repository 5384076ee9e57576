import { RejectedRecordError } from '../shared/errors/platform-error.ts';
import type { EventHeader } from '../shared/serde/decoder.ts';

/** What kind of value was found, for a message that must not show the value itself. */
export const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (typeof value === 'string') return value === '' ? 'empty text' : `text of ${value.length} characters`;
  if (typeof value !== 'number') return typeof value;
  if (!Number.isFinite(value)) return 'a number that is not finite';
  return value < 0 ? 'a negative number' : value === 0 ? 'zero' : 'a positive number';
};

/** @throws RejectedRecordError `broken-rule`: field, what it must be, the kind of value it has. */
export const broken = (field: string, must: string, value: unknown): never => {
  throw new RejectedRecordError('broken-rule', 'validate', `${field}: must be ${must}, is ${kindOf(value)}`, { field });
};

/** What every store can hold: DynamoDB ends at 1e-130, and its client refuses whole numbers that are not safe. */
const smallest = 1e-100;
const largest = 1e15;

/** A number above zero, from 1e-100 to 1e15. */
export const positive = (field: string, value: unknown): number =>
  typeof value === 'number' && value >= smallest && value <= largest
    ? value
    : broken(field, 'a number above zero, from 1e-100 to 1e15', value);

/** Zero, or as `positive`. */
export const notNegative = (field: string, value: unknown): number => {
  if (value === 0) return 0;
  return typeof value === 'number' && value > 0
    ? positive(field, value)
    : broken(field, 'a number, zero or above', value);
};

/** A number from `least` to `most`, both included. What is too small for every store is zero. */
export const within = (field: string, value: unknown, least: number, most: number): number => {
  if (typeof value !== 'number' || !(value >= least && value <= most))
    return broken(field, `a number from ${least} to ${most}`, value);
  return Math.abs(value) < smallest ? 0 : value;
};

/** As `within`, or null. */
export const optionalWithin = (field: string, value: unknown, least: number, most: number): number | null =>
  value === null ? null : within(field, value, least, most);

/** A string with something in it, at most `most` UTF-16 code units long. */
export const text = (field: string, value: unknown, most = 200): string =>
  typeof value === 'string' && value.length > 0 && value.length <= most
    ? value
    : broken(field, `text of 1 to ${most} characters`, value);

/** As `text`, or null. */
export const optionalText = (field: string, value: unknown, most = 200): string | null =>
  value === null ? null : text(field, value, most);

/** Fit for messages, log lines and headers of others. */
export const isReference = (value: string): boolean => /^[\x20-\x7e]{1,200}$/.test(value);

const reference = (field: string, value: string | null): void => {
  if (value !== null && !isReference(value)) broken(field, 'printable ASCII of 1 to 200 characters', value);
};

/** What every header must keep to, whatever its source. */
export interface HeaderRules {
  readonly source: string;
  readonly maxFutureSeconds: number;
  /** Undefined keeps every age. */
  readonly horizonDays: number | undefined;
}

const dayMs = 86_400_000;
/** Microseconds reach from 1684 to 2255 as exact numbers, and PostgreSQL counts them from 2000: this leaves room. */
const oldestMicros = Date.UTC(1800, 0, 1) * 1000;

/** @throws RejectedRecordError `wrong-subject`, `broken-rule` or `too-old` */
export const checkHeader = (header: EventHeader, rules: HeaderRules, now: number): void => {
  if (header.source !== rules.source) {
    throw new RejectedRecordError('wrong-subject', 'validate', `source: must be ${rules.source} on this stream`, {
      field: 'source',
    });
  }
  text('sourceEventId', header.sourceEventId);
  reference('correlationId', header.correlationId);
  reference('traceparent', header.traceparent);
  const occurredAtMs = header.occurredAt / 1000;
  if (header.occurredAt < oldestMicros) broken('occurredAt', 'a time since 1800', header.occurredAt);
  if (occurredAtMs > now + rules.maxFutureSeconds * 1000) {
    throw new RejectedRecordError(
      'broken-rule',
      'validate',
      `occurredAt: must not be more than ${rules.maxFutureSeconds} s ahead of our clock; send event time in UTC microseconds`,
      { field: 'occurredAt', aheadSeconds: Math.round((occurredAtMs - now) / 1000) },
    );
  }
  // Whole days, as partitions are: a day is kept or dropped as one.
  if (
    rules.horizonDays !== undefined &&
    Math.floor(occurredAtMs / dayMs) < Math.floor(now / dayMs) - rules.horizonDays
  ) {
    throw new RejectedRecordError('too-old', 'validate', `occurredAt: older than ${rules.horizonDays} days`, {
      field: 'occurredAt',
    });
  }
};
