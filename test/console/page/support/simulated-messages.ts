import type { PushedEvent } from '../../../../console/page/messages.ts';
import { paceOf, naturalRate } from '../../../../feeds/simulation/pace.ts';
import { simulateEvents } from '../../../../feeds/simulation/events.ts';
import { seededRandom } from '../../../../feeds/simulation/random.ts';
import type { FeedEvent } from '../../../../feeds/feed-event.ts';
import type { Enrichment } from '../../../../lambdas/enrichment/event.ts';
import { source as broadcast } from '../../../../lambdas/enrichment/sources/broadcast.ts';
import { source as market } from '../../../../lambdas/enrichment/sources/market.ts';
import { source as social } from '../../../../lambdas/enrichment/sources/social.ts';
import { source as stadiumSensors } from '../../../../lambdas/enrichment/sources/stadium-sensors.ts';
import type { DecodedEvent } from '../../../../lambdas/shared/serde/decoder.ts';

const enrichers = { ...broadcast.enrichers, ...market.enrichers, ...social.enrichers, ...stadiumSensors.enrichers };

const enriched = ({ subject, event: { header, ...body } }: FeedEvent): Enrichment | undefined =>
  enrichers[subject]?.({ subject, header: { priority: 'normal', ...header }, body } as unknown as DecodedEvent);

const pushed = ({ event: { header } }: FeedEvent, { entity, body, priority = 'normal' }: Enrichment): PushedEvent => ({
  entity,
  sourceEventId: header.sourceEventId,
  occurredAt: new Date(header.occurredAt / 1_000).toISOString(),
  arrivedAt: new Date().toISOString(),
  priority,
  body,
});

/** Makes, in real time, what the messages of a simulated match with posts and quotes hold. */
export const simulateMessages = (push: (channel: string, events: readonly PushedEvent[]) => void) => {
  const pace = paceOf(naturalRate, 0);
  const nextFrame = simulateEvents(seededRandom(1), pace, Date.now);
  const waiting = new Map<string, { events: Map<string, PushedEvent>; dueAt: number; everyMs: number }>();
  const take = (event: FeedEvent): void => {
    const enrichment = enriched(event);
    if (!enrichment?.message) return;
    const { message } = enrichment;
    const one = pushed(event, enrichment);
    if (message.delivery === 'each') return push(message.channel, [one]);
    const kept = waiting.get(message.channel) ?? { events: new Map(), dueAt: 0, everyMs: 1_000 / message.perSecond };
    waiting.set(message.channel, kept);
    kept.events.set(one.entity, one);
  };
  const timer = setInterval(() => {
    nextFrame().forEach(take);
    const now = Date.now();
    for (const [channel, kept] of waiting) {
      if (kept.events.size === 0 || now < kept.dueAt) continue;
      push(channel, [...kept.events.values()]);
      kept.events.clear();
      kept.dueAt = now + kept.everyMs - 10;
    }
  }, pace.frameMs);
  return { stop: (): void => clearInterval(timer) };
};
