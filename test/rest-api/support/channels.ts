import type { Client } from 'pg';
import { composeBody, composeTombstone, type PublishedEvent } from '../../../lambdas/shared/delivery/message.ts';

export const eventOf = (
  entity: string,
  number: number,
  body: Record<string, unknown> = { number },
): PublishedEvent => ({
  source: 'broadcast',
  sourceEventId: `${entity}-${number}`,
  entity,
  occurredAt: '2026-11-21T08:00:00.000000Z',
  arrivedAt: '2026-11-21T08:00:00.000Z',
  priority: 'normal',
  body,
});

/** Rows as the relay leaves them. */
export const channelRows = (owner: Client) => ({
  channel: (channel: string, delivery: 'each' | 'latest', newest: number, oldest = 1) =>
    owner.query(
      'INSERT INTO millrace.channels (channel, delivery, last_number, oldest_number) VALUES ($1, $2, $3, $4)',
      [channel, delivery, newest, oldest],
    ),
  /** @returns the string that is published, and has been unless it is said to be on its way */
  message: async (
    channel: string,
    number: number,
    event: PublishedEvent | undefined,
    isPublished = true,
  ): Promise<string> => {
    const body = event
      ? composeBody({ channel, number, delivery: 'each', events: [event] })
      : composeTombstone({ channel, number, delivery: 'each' });
    await owner.query(
      `INSERT INTO millrace.messages (channel, number, delivery, body, tombstone, published_at)
       VALUES ($1, $2, $3, $4, $5, CASE WHEN $6 THEN now() END)`,
      [channel, number, 'each', body, event ? null : 'unpublishable', isPublished],
    );
    return body;
  },
  snapshot: (channel: string, number: number, event: PublishedEvent) =>
    owner.query(
      `INSERT INTO millrace.snapshots (channel, entity, number, occurred_at, source_event_id, event)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [channel, event.entity, number, event.occurredAt, event.sourceEventId, JSON.stringify(event)],
    ),
});
