import * as z from 'zod/mini';
import { readJson } from './read-json.ts';

/** What AppSync Events takes: bytes of an event's string, events and bytes of a call. */
export const publishLimits = { eventBytes: 240 * 1024, callEvents: 5, callBytes: 1_200_000 } as const;

/** An event as clients see it. */
export const PublishedEvent = z.object({
  source: z.string(),
  sourceEventId: z.string(),
  /** What it is about: a player, a match, a symbol. */
  entity: z.string(),
  /** ISO 8601, UTC, with microseconds: as text in the order of time. */
  occurredAt: z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)),
  /** When the stream took its record. ISO 8601, UTC, with milliseconds. */
  arrivedAt: z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)),
  priority: z.string(),
  body: z.record(z.string(), z.unknown()),
});
export type PublishedEvent = Readonly<z.output<typeof PublishedEvent>>;

/**
 * A message as it is published, kept and read again: always the same string for a number of a channel. Numbers begin at 1
 * and have no gap. `each`: one event a message. `latest`: the newest event of every entity that has changed since the
 * message before. A tombstone has the number of a message that could not be published, and no events.
 */
export const PublishedMessage = z.object({
  channel: z.string(),
  number: z.int().check(z.positive()),
  delivery: z.enum(['each', 'latest']),
  events: z.array(PublishedEvent),
  tombstone: z.optional(z.literal('unpublishable')),
});
export type PublishedMessage = Readonly<Omit<z.output<typeof PublishedMessage>, 'events'>> & {
  readonly events: readonly PublishedEvent[];
};

/** The string that is published. Its fields always come in one order, whatever made the message. */
export const composeBody = ({ channel, number, delivery, events, tombstone }: PublishedMessage): string =>
  JSON.stringify({
    channel,
    number,
    delivery,
    events: events.map(({ source, sourceEventId, entity, occurredAt, arrivedAt, priority, body }) => ({
      source,
      sourceEventId,
      entity,
      occurredAt,
      arrivedAt,
      priority,
      body,
    })),
    ...(tombstone === undefined ? {} : { tombstone }),
  });

/** What stands under the number of a message that cannot be published. */
export const composeTombstone = (message: Pick<PublishedMessage, 'channel' | 'number' | 'delivery'>): string =>
  composeBody({ ...message, events: [], tombstone: 'unpublishable' });

/** @throws Error where a body is not one that the relay composes; without its content */
export const readBody = (body: string): PublishedMessage => readJson(PublishedMessage, body, 'the body of a message');
