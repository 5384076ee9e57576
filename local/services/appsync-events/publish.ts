import { randomUUID } from 'node:crypto';
import { type Channel } from './channel.ts';
import { badRequest } from './events-error.ts';

/** What becomes of each event of a call. */
export interface PublishAnswer {
  readonly successful: readonly { readonly identifier: string; readonly index: number }[];
  readonly failed: readonly {
    readonly identifier: string;
    readonly index: number;
    readonly code: number;
    readonly message: string;
  }[];
}

const mostEvents = 5;
const mostEventBytes = 240 * 1_024;
/** Five events as large as they may be: 1.2 MB, and what JSON puts around them. */
export const mostCallBytes = 5 * mostEventBytes;

/** @throws EventsError where it is not one to five texts */
export const eventsIn = (events: unknown): readonly string[] => {
  if (!Array.isArray(events) || !events.every((event) => typeof event === 'string')) {
    throw badRequest('events must be a list of stringified JSON values.');
  }
  if (events.length === 0 || events.length > mostEvents) {
    throw badRequest(`A publish takes 1 to ${mostEvents} events, not ${events.length}.`);
  }
  return events;
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const whyNot = (event: string): { readonly code: number; readonly message: string } | undefined => {
  if (Buffer.byteLength(event) > mostEventBytes) {
    return { code: 413, message: `Event is larger than ${mostEventBytes / 1_024} KB.` };
  }
  return isJson(event) ? undefined : { code: 400, message: 'Event is no valid JSON.' };
};

/**
 * Sends what can be sent, in order, and says of each event what became of it.
 * @param injected - places of events that are to fail, by a fault
 */
export const publish = (
  channel: Channel,
  events: readonly string[],
  send: (channel: Channel, event: string) => void,
  injected: readonly number[] = [],
): PublishAnswer => {
  const outcomes = events.map((event, index) => {
    const wrong = injected.includes(index) ? { code: 500, message: 'Internal failure.' } : whyNot(event);
    if (!wrong) send(channel, event);
    return { identifier: randomUUID(), index, wrong };
  });
  return {
    successful: outcomes.flatMap(({ wrong, ...event }) => (wrong ? [] : [event])),
    failed: outcomes.flatMap(({ wrong, ...event }) => (wrong ? [{ ...event, ...wrong }] : [])),
  };
};
