/** What the platform pushes, as far as the page looks at it. */
export interface Message {
  readonly channel: string;
  readonly number: number;
  readonly events: readonly PushedEvent[];
}

export interface PushedEvent {
  readonly entity: string;
  readonly sourceEventId: string;
  /** ISO 8601, UTC, with microseconds. */
  readonly occurredAt: string;
  readonly arrivedAt: string;
  readonly priority: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What had arrived before a page was opened is told to it again, and is no news. @param openedAt - milliseconds since the epoch */
export const isNews = ({ arrivedAt }: PushedEvent, openedAt: number): boolean => Date.parse(arrivedAt) >= openedAt;

/** A field as text; undefined where it is none, so that what we do not know is left out and breaks nothing. */
export const textIn = (body: PushedEvent['body'], field: string): string | undefined => {
  const value = body[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** A field as a number; undefined where it is none. */
export const numberIn = (body: PushedEvent['body'], field: string): number | undefined => {
  const value = body[field];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

/** The last segment of a channel, which says what it is about. */
export const subjectOf = (channel: string): string => channel.slice(channel.lastIndexOf('/') + 1);
