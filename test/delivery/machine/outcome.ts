import { readBody, type PublishedMessage } from '../../../lambdas/shared/delivery/message.ts';
import { beginning, World, type Variant } from './world.ts';
import { channelName, type Scenario } from './scenario.ts';
import type { Row } from './tables.ts';

/** Longer than anything waits that is not stuck: some lapses and sweeps one after the other. */
const patienceMs = 20 * 60_000;
/** Without sweeps: a wake that is enough needs no more than this. */
const calmMs = 30_000;

const numberOf = (body: string): number => readBody(body).number;

const newer = (a: PublishedMessage['events'][number], b: PublishedMessage['events'][number]): boolean =>
  a.occurredAt > b.occurredAt || (a.occurredAt === b.occurredAt && a.sourceEventId > b.sourceEventId);

const isDeleted = (world: World, channel: string, number: number): boolean =>
  number < (world.tables.channels.get(channel)?.oldestNumber ?? 1);

/** Faults of a channel as a subscriber of it and its table show them. */
const faultsOf = (world: World, channel: string): string[] => {
  const faults: string[] = [];
  const bodies = new Map<number, Set<string>>();
  for (const { channel: of, body } of world.delivered)
    if (of === channel) bodies.set(numberOf(body), (bodies.get(numberOf(body)) ?? new Set()).add(body));
  const last = world.tables.channels.get(channel)?.lastNumber ?? 0;
  for (let number = 1; number <= last; number += 1)
    if (!bodies.has(number)) faults.push(`${channel}: number ${number} is missing`);
  for (const [number, all] of bodies) {
    if (all.size > 1) faults.push(`${channel}: number ${number} has ${all.size} bodies`);
    const kept = world.tables.messages.get(channel)?.get(number)?.body;
    if (!isDeleted(world, channel, number) && !all.has(kept ?? ''))
      faults.push(`${channel}: number ${number} is not what is kept`);
  }
  const stored = [...(world.tables.messages.get(channel)?.keys() ?? [])].sort((a, b) => a - b);
  const { oldestNumber = 1 } = world.tables.channels.get(channel) ?? {};
  if ((stored[0] ?? last + 1) !== oldestNumber) faults.push(`${channel}: ${oldestNumber} is not its oldest number`);
  faults.push(...orderFaults(world, channel), ...eventFaults(world, channel, bodies));
  return faults;
};

/** No number is begun before the one below it was. */
const orderFaults = (world: World, channel: string): string[] => {
  const begun = new Set<number>();
  const faults: string[] = [];
  for (const call of world.attempted.filter((one) => one.channel === channel)) {
    const numbers = call.bodies.map(numberOf);
    for (const number of numbers) {
      if (number > 1 && !begun.has(number - 1)) faults.push(`${channel}: number ${number} came before ${number - 1}`);
      begun.add(number);
    }
  }
  return faults;
};

const eventFaults = (world: World, channel: string, bodies: ReadonlyMap<number, ReadonlySet<string>>): string[] => {
  const faults: string[] = [];
  const messages = [...bodies].sort(([a], [b]) => a - b).flatMap(([, all]) => [...all].slice(0, 1).map(readBody));
  const carried = new Map<string, number[]>();
  for (const { number, events } of messages)
    for (const { sourceEventId: id } of events) carried.set(id, [...(carried.get(id) ?? []), number]);
  for (const [number, original] of [...world.parked].flatMap(([id, body]) =>
    id.startsWith(`${channel} `) ? [[Number(id.split(' ')[1]), readBody(body)] as const] : [],
  ))
    for (const { sourceEventId: id } of original.events) carried.set(id, [...(carried.get(id) ?? []), number]);

  for (const [id, numbers] of carried)
    if (numbers.length > 1) faults.push(`${channel}: event ${id} has numbers ${numbers.join(', ')}`);
  const own = world.inserted.filter(({ row }) => row.channel === channel);
  for (const [id, body] of world.parked)
    if (id.startsWith(`${channel} `) && !body.includes('"poison"'))
      faults.push(`${channel}: number ${id.split(' ')[1]} was parked, and is sound`);
  if (channel.startsWith('each'))
    for (const { insert, row } of own)
      if (!carried.has(row.row.event.sourceEventId) && insert.expiresAfterSeconds === null)
        faults.push(`${channel}: event ${row.row.event.sourceEventId} has no number`);
  if (channel.startsWith('latest')) {
    const current = new Map<string, PublishedMessage['events'][number]>();
    for (const { number, events } of messages)
      for (const event of events) {
        const before = current.get(event.entity);
        if (before && !newer(event, before)) faults.push(`${channel}: number ${number} turns ${event.entity} back`);
        current.set(event.entity, event);
      }
    const lasting = own.filter(({ insert }) => insert.expiresAfterSeconds === null && !insert.poison);
    // What could not be published may have had newer events in its message.
    const isWhole = !own.some(({ insert }) => insert.poison);
    for (const { row } of lasting) {
      // What is newer and expired replaces it, and is not sent: nobody is told what is known to be outdated.
      if (
        own.some(
          ({ insert, row: other }) =>
            insert.expiresAfterSeconds !== null && sameEntity(row, other) && newer(other.row.event, row.row.event),
        )
      )
        continue;
      const sent = current.get(row.row.event.entity);
      if (isWhole && (!sent || newer(row.row.event, sent)))
        faults.push(`${channel}: the newest of ${row.row.event.entity} was not sent`);
    }
  }
  return faults;
};

const sameEntity = (a: Row, b: Row): boolean => a.row.event.entity === b.row.event.entity;

/** Runs a scenario to its end. @returns what is wrong then; with the log, for whoever reads a counterexample */
export const runScenario = async (
  scenario: Scenario,
  variant?: Variant,
): Promise<{ readonly faults: readonly string[]; readonly log: readonly string[] }> => {
  const world = new World(scenario, variant);
  const last = scenario.inserts.reduce((sum, { afterMs }) => sum + afterMs, 0);
  const isQuiet = await world.clock.runUntil(
    () => world.isQuiet,
    beginning + last + (scenario.sweeps ? patienceMs : calmMs),
  );
  const channels = [...new Set(scenario.inserts.map(({ channel }) => channelName(channel)))];
  return {
    faults: [
      ...world.thrown.map((error) => `thrown: ${String(error)}`),
      ...(isQuiet ? [] : ['something waits, and nobody comes']),
      ...channels.flatMap((channel) => faultsOf(world, channel)),
    ],
    log: world.log,
  };
};
