import { describe, expect, it } from 'vitest';
import { capacityPage } from '../../../load-test/capacity/capacity-page.ts';
import { oneMatch } from '../../../load-test/capacity/channel-kinds.ts';
import { kindLoad, pushLoad, quotas, unitsOf, type ChannelKind } from '../../../load-test/capacity/push-load.ts';

const positions: ChannelKind = {
  name: 'positions',
  delivery: 'latest',
  channels: 2,
  eventsPerSecond: 460,
  perSecond: 5,
  messageBytes: 9_000,
  eventBytes: 400,
  channelsPerClient: 1,
};
const posts: ChannelKind = {
  name: 'posts',
  delivery: 'each',
  channels: 3,
  eventsPerSecond: 2,
  messageBytes: 600,
  eventBytes: 600,
  channelsPerClient: 3,
};

describe('a message', () => {
  it.each([
    [1, 1],
    [5_120, 1],
    [5_121, 2],
    [9_186, 2],
    [0, 1],
  ])('of %i bytes is %i units', (bytes, units) => {
    expect(unitsOf(bytes)).toBe(units);
  });
});

describe('a kind of channel', () => {
  it('sends no more than its rate, to everybody who listens, in units', () => {
    expect(kindLoad(positions, 1_000)).toEqual({
      name: 'positions',
      published: 10,
      units: 2,
      outbound: 10_000, // 5 messages of 2 units to 1,000 clients
      outboundRaw: 460_000,
    });
  });

  it('that sends each event gains nothing by waiting', () => {
    expect(kindLoad(posts, 100)).toMatchObject({ published: 6, outbound: 600, outboundRaw: 600 });
  });

  it('with fewer events than its rate sends as many as there are', () => {
    expect(kindLoad({ ...positions, eventsPerSecond: 3 }, 10).published).toBe(6);
  });
});

describe('the load of all kinds', () => {
  it('adds up, and costs by the operation and by the minute', () => {
    const load = pushLoad([positions, posts], 1_000);
    expect(load).toMatchObject({ published: 16, tokens: 26, outbound: 16_000, connectSeconds: 0.5 });
    // 16,026 operations a second at $1 a million, and 60,000 connection-minutes at $0.08 a million
    expect(load.dollarsPerHour).toBeCloseTo(16_026 * 0.0036 + 0.0048, 6);
    expect(load.dollarsPerHourRaw).toBeGreaterThan(20 * load.dollarsPerHour);
  });

  it('says with how many clients the quota of what goes out is reached', () => {
    const { mostClients } = pushLoad([positions], 1_000);
    expect(mostClients).toBe(100_000);
    expect(pushLoad([positions], mostClients).outbound).toBe(quotas.outboundPerSecond);
  });
});

describe('the page', () => {
  it('holds the figures of the real messages', async () => {
    const kinds = await oneMatch();
    expect(kinds.map(({ name }) => name)).toEqual(['match/positions', 'match/events', 'market/quotes', 'social/posts']);
    for (const { messageBytes, eventBytes } of kinds) expect(messageBytes).toBeGreaterThanOrEqual(eventBytes);
    const plan = { clients: 1_000, callsPerSecond: 5, eventsPerCall: 1, seconds: 10, eventBytes: 9_000 };
    const measured = { subscribedMs: 900, complete: 1_000, framesPerSecond: 5_000, p50: 20, p95: 40, worst: 60 };
    const smoke = { ...plan, ...measured, cpuShare: 0.11, rssMb: 140, ownDelayMs: 5 };
    const page = capacityPage({ date: 'today', machine: 'here', kinds, smokes: [smoke] });
    expect(page).toContain('| `match/positions` | 1 | latest, 5/s | 460 |');
    expect(page).toContain(
      '| 1,000 | 5 × 1 | 9,000 | 1000 of 1000 | 5,000 | 20.0 | 40.0 | 60.0 | 11.0 % | 140 | 5.0 | 0.9 s |',
    );
    // 80,000 requests at 1,000 a second.
    expect(page).toContain('| 10,000 | 80,000 | 1,600 s | 160 s | 80 s |');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });
});
