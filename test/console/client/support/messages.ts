import type { PublishedEvent, PublishedMessage } from '../../../../lambdas/shared/delivery/message.ts';

const channel = 'match/events/m-1';

export const event = (entity: string, number: number): PublishedEvent => ({
  source: 'broadcast',
  sourceEventId: `${entity}-${number}`,
  entity,
  occurredAt: '2026-11-21T08:00:00.000000Z',
  arrivedAt: '2026-11-21T08:00:00.000Z',
  priority: 'normal',
  body: { number },
});

export const message = (
  number: number,
  delivery: 'each' | 'latest' = 'each',
  entities = ['m-1'],
): PublishedMessage => ({
  channel,
  number,
  delivery,
  events: entities.map((entity) => event(entity, number)),
});
