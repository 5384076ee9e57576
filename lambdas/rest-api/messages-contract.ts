import * as z from 'zod/mini';
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
