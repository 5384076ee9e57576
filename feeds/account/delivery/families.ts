import type { DeliveryKind } from './evidence.ts';

/** Channels of one kind, and how they are delivered. */
export interface Family {
  /** The first two segments of their names. */
  readonly family: string;
  readonly delivery: DeliveryKind;
}

/** What is delivered, by subject. The account's own knowledge: what the platform says of itself is what is judged. */
const bySubject: Readonly<Record<string, Family>> = {
  'broadcast-event': { family: 'match/events', delivery: 'each' },
  'sensor-position': { family: 'match/positions', delivery: 'latest' },
  'market-quote': { family: 'market/quotes', delivery: 'latest' },
  'market-trade': { family: 'market/trades', delivery: 'latest' },
  'social-post': { family: 'social/posts', delivery: 'each' },
};

export const families: readonly Family[] = Object.values(bySubject);

/** @returns undefined for a subject of which nothing is delivered */
export const familyOfSubject = (subject: string): Family | undefined => bySubject[subject];

/** `market/quotes` of `market/quotes/eur-usd`. */
export const familyOfChannel = (channel: string): string => channel.split('/', 2).join('/');
