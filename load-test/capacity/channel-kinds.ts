import { composeBody, type PublishedEvent } from '../../lambdas/shared/delivery/message.ts';
import { sourceNamed } from '../../lambdas/enrichment/source.ts';
import { benchDecoder, encodedEvents } from '../benchmarks/source-batches.ts';
import { benchSource } from '../benchmarks/source-events.ts';
import type { ChannelKind } from './push-load.ts';

/** What enrichment makes of the first events of a source, one for each entity. */
const publishedEvents = async (source: string, count: number): Promise<readonly PublishedEvent[]> => {
  const bench = benchSource(source);
  const enrich = (await sourceNamed(source)).enrichers[bench.subject];
  if (!enrich) throw new Error(`${source} has no enricher of ${bench.subject}`);
  const records = encodedEvents(bench, 'a', count, 'none').map((bytes) => ({ bytes, arrivedAt: Date.now() }));
  return (await benchDecoder(bench).decodeBatch(records)).map((decoded) => {
    if (decoded instanceof Error) throw decoded;
    const { entity, body } = enrich(decoded);
    const { sourceEventId } = decoded.header;
    const arrivedAt = '2026-11-21T08:00:00.020Z';
    const occurredAt = '2026-11-21T08:00:00.000000Z';
    return { source, sourceEventId, entity, occurredAt, arrivedAt, priority: 'normal', body: { ...body } };
  });
};

const bytesOf = (channel: string, delivery: 'each' | 'latest', events: readonly PublishedEvent[]): number =>
  Buffer.byteLength(composeBody({ channel, number: 123_456, delivery, events }));

const sized = async (source: string, channel: string, delivery: 'each' | 'latest', entities: number) => {
  const events = await publishedEvents(source, entities);
  return {
    delivery,
    messageBytes: bytesOf(channel, delivery, events),
    eventBytes: bytesOf(channel, delivery, events.slice(0, 1)),
  };
};

/** One match at its 20 frames a second, twenty symbols, two teams; rates of the simulated feed at 500 events/s. */
export const oneMatch = async (): Promise<readonly ChannelKind[]> => [
  {
    name: 'match/positions',
    channels: 1,
    eventsPerSecond: 460,
    perSecond: 5,
    channelsPerClient: 1,
    ...(await sized('stadium-sensors', 'match/positions/final', 'latest', 23)),
  },
  {
    name: 'match/events',
    channels: 1,
    eventsPerSecond: 1,
    channelsPerClient: 1,
    ...(await sized('broadcast', 'match/events/final', 'each', 1)),
  },
  {
    name: 'market/quotes',
    channels: 20,
    eventsPerSecond: 1.3,
    perSecond: 1,
    channelsPerClient: 5,
    ...(await sized('market', 'market/quotes/EUR--USD', 'latest', 1)),
  },
  {
    name: 'social/posts',
    channels: 2,
    eventsPerSecond: 3,
    channelsPerClient: 1,
    ...(await sized('social', 'social/posts/home', 'each', 1)),
  },
];
