import { hash } from 'node:crypto';
import * as z from 'zod/mini';
import { keyOf } from '../evidence.ts';
import type { MessageDigests, ReadMessage } from './evidence.ts';

const dayMs = 86_400_000;

const Event = z.object({
  source: z.string(),
  sourceEventId: z.string(),
  entity: z.string(),
  body: z.unknown(),
  /** Its microseconds do not matter for the day. */
  occurredAt: z.string().check(z.refine((text) => Number.isFinite(Date.parse(text)))),
});

const Message = z.object({
  channel: z.string(),
  number: z.int().check(z.positive()),
  delivery: z.enum(['each', 'latest']),
  events: z.array(Event),
  tombstone: z.optional(z.string()),
});

type PlainEvent = z.output<typeof Event>;

const eventOf = ({ source, sourceEventId, entity, occurredAt, body }: PlainEvent) => ({
  key: keyOf({ source, sourceEventId, day: Math.floor(Date.parse(occurredAt) / dayMs) }),
  entity,
  body,
});

/** @returns undefined where it is no message */
export const readMessage = (value: unknown): ReadMessage | undefined => {
  const { data } = Message.safeParse(value);
  if (!data) return undefined;
  const { channel, number, delivery, tombstone, events } = data;
  return { channel, number, delivery, tombstone, events: events.map(eventOf) };
};

/** The events of a snapshot. @returns undefined where they are none */
export const readEvents = (values: unknown): ReadMessage['events'] | undefined =>
  z.array(Event).safeParse(values).data?.map(eventOf);

/** @returns undefined where it is no JSON */
export const parseText = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Sixteen bytes: enough to tell any two texts apart, and short, for one is kept of every message. */
export const digestOfText = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22);

/** @param value - what the text says, parsed */
export const digestsOf = (text: string, value: unknown): MessageDigests => {
  const exact = digestOfText(text);
  const again = JSON.stringify(value);
  return { exact, rewritten: again === text ? exact : digestOfText(again ?? text) };
};

const inOrder = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Of what a body says, in whatever order its fields come: a database keeps them in one of its own. */
export const digestOfBody = (body: unknown): string => digestOfText(JSON.stringify(body, inOrder) ?? '');
