import { badRequest } from './events-error.ts';

/** A channel, or with `wildcard` every channel below it. */
export interface Channel {
  /** Without a slash at either end, without the wildcard. */
  readonly path: string;
  readonly namespace: string;
  readonly wildcard: boolean;
}

/** As the API reference has it for the name of a namespace: letters, digits, and dashes within. */
const segment = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?$/;
const mostSegments = 5;

const split = (text: string): readonly string[] => text.replace(/^\//, '').replace(/\/$/, '').split('/');

const named = (text: string, parts: readonly string[], wildcard: boolean): Channel => {
  const [namespace = ''] = parts;
  const length = parts.length + (wildcard ? 1 : 0);
  if (length > mostSegments || !parts.every((part) => segment.test(part))) {
    throw badRequest(
      `Invalid Channel Format: "${text}" is not 1 to ${mostSegments} segments of at most 50 letters, digits and dashes within.`,
    );
  }
  return { path: parts.join('/'), namespace, wildcard };
};

/** @throws EventsError where nothing can be published to it */
export const channelToPublish = (text: string): Channel => named(text, split(text), false);

/** A channel, or a pattern: `*` in the place of its last segment. @throws EventsError where it is neither */
export const channelToSubscribe = (text: string): Channel => {
  const parts = split(text);
  const wildcard = parts.length > 1 && parts.at(-1) === '*';
  return named(text, wildcard ? parts.slice(0, -1) : parts, wildcard);
};
