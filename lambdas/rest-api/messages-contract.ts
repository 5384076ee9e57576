import * as z from 'zod/mini';
import { PublishedEvent, PublishedMessage } from '../shared/delivery/message.ts';
import { matching, wholeNumber } from './http/parameters.ts';

const slug = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?';
const channelInPath = new RegExp(`^${slug}(?:[./]${slug}){1,4}$`);

/** Dots stand for slashes; who sends slashes that survive the way here is understood as well. */
export const ChannelPath = z.strictObject({
  channel: z.pipe(
    matching(channelInPath, 'a channel with dots for its slashes, such as match.events.m-1'),
    z.transform((text) => text.replaceAll('.', '/')),
  ),
});

export const MessagesQuery = z.strictObject({
  after: z.optional(
    wholeNumber(0, Number.MAX_SAFE_INTEGER, 'a whole number from 0 on: the last one you have, or leave it out'),
  ),
  limit: z.optional(wholeNumber(1, 1_000, 'a whole number from 1 to 1000')),
});

const number = z.int().check(z.nonnegative());

const head = {
  channel: z.string(),
  /** The lowest number that can still be read; one more than the newest where there is none. */
  oldest: number,
  /** The highest number that can be read: of what has been published, and all before it. */
  newest: number,
  /** The highest number given. Where it is above the newest, what is between is on its way: ask again in a moment. */
  given: number,
  /** There are more behind the last of these: ask again, after it. */
  more: z.boolean(),
};

/** What the resume endpoint answers, by the kind of the channel. */
export const Channel = z.discriminatedUnion('delivery', [
  z.object({
    ...head,
    delivery: z.literal('each'),
    /** In order, without a gap. */
    messages: z.array(PublishedMessage),
  }),
  z.object({
    ...head,
    delivery: z.literal('latest'),
    /** The newest event of each entity that has changed: stands for all messages up to its number. An entity that comes with one on its way is not here. */
    snapshot: z.object({ number, events: z.array(PublishedEvent) }),
  }),
]);
