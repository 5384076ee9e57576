import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HeldFrom, HoldCause } from '../../../lambdas/shared/holds/hold.ts';
import { startKeeperWorld, well } from './keeper-world.ts';

let world: Awaited<ReturnType<typeof startKeeperWorld>>;
beforeAll(async () => {
  world = await startKeeperWorld();
});
afterAll(() => world.stop());
afterEach(() => Object.assign(world.behaviour, { probe: () => well, meanwhile: () => Promise.resolve() }));

let sources = 0;
const newSource = () => world.addSource(`source-${(sources += 1)}`);
const place = (source: string, cause: HoldCause = 'outage', from: HeldFrom = {}) => world.place(source, cause, from);
const release = (source: string, number = 1) =>
  world.holds.release({ source, number, by: 'test', why: 'a test', at: world.at() });
const away = { ...well, dependencies: { ...well.dependencies, store: 'store' } };
const didOf = async (source: string) => (await world.holds.read(source))?.history.map(({ did }) => did);

describe('the keeper', () => {
  it('leaves a source alone that was never held, and a mapping that somebody switched off', async () => {
    const source = newSource();
    world.setEnabled(source.source, false);
    const { keep, counted } = world.keeper(source);
    const before = world.elapsed();
    expect(await keep({})).toEqual({
      looks: [{ source: source.source, standing: false, did: [], unfinished: false }],
    });
    expect([world.isEnabled(source.source), world.elapsed()]).toEqual([false, before]);
    expect(counted).toEqual([`${source.source} HoldStanding 0`, `${source.source} HoldAge 0`]);
  });

  it('switches the mapping off, stays and looks every five seconds, and ends with the minute', async () => {
    const source = newSource();
    await place(source.source);
    world.behaviour.probe = () => away;
    const { keep, counted } = world.keeper(source);
    const before = world.elapsed();
    expect((await keep({})).looks).toEqual([
      { source: source.source, standing: true, did: [], mapping: ['Disabled'], unfinished: true },
    ]);
    expect(world.elapsed() - before).toBe(45_000);
    expect(world.isEnabled(source.source)).toBe(false);
    expect(await didOf(source.source)).toEqual(['set', 'mapping-disabled']);
    expect(counted.filter((line) => line.endsWith('HoldProbes away 1'))).toHaveLength(9);
    expect(counted.filter((line) => line.endsWith('HoldStanding 1'))).toHaveLength(10);
    expect(counted.filter((line) => line.includes('HoldAge')).map((line) => line.split(' ').at(-1))).toEqual(
      [0, 5, 10, 15, 20, 25, 30, 35, 40, 45].map(String),
    );
  });

  it('releases within five seconds when the cause is gone, and switches the mapping on', async () => {
    const source = newSource();
    await place(source.source);
    let probes = 0;
    world.behaviour.probe = () => ((probes += 1) > 1 ? well : away);
    const { keep, counted, said } = world.keeper(source);
    const before = world.elapsed();
    expect((await keep({})).looks).toEqual([
      { source: source.source, standing: false, did: [], mapping: ['Enabled'], unfinished: true },
    ]);
    const noted = await world.holds.read(source.source);
    expect(noted).toMatchObject({ standing: false, releasedAt: new Date(before + 10_000).toISOString() });
    // Ours until no keeper that saw the hold can be alive.
    expect([world.isEnabled(source.source), noted?.mappingDisabled]).toEqual([true, true]);
    for (let run = 0; run < 2; run += 1) await keep({});
    expect((await keep({})).looks[0]).toMatchObject({ unfinished: false });
    // 135 s after the release.
    expect(world.elapsed() - before).toBe(10_000 + 135_000 + 5_000);
    const hold = await world.holds.read(source.source);
    expect(hold).toMatchObject({ standing: false, mappingDisabled: false });
    expect(hold?.history.map(({ did }) => did)).toEqual(['set', 'mapping-disabled', 'released', 'mapping-enabled']);
    expect(hold?.history[2]).toMatchObject({
      by: 'millrace-test-operations-keep-holds',
      why: 'a probe passed: store ok, 0 of 1 records would be rejected',
    });
    expect(counted).toContain(`${source.source} HoldsReleased outage 1`);
    expect(counted.filter((line) => line.includes('MappingsSwitched'))).toEqual([
      `${source.source} MappingsSwitched off 1`,
      `${source.source} MappingsSwitched on 1`,
    ]);
    expect(said).toEqual(
      ['mapping disabled', 'hold probed', 'hold probed', 'hold released', 'mapping enabled'].map(
        (line) => `${source.source} ${line}`,
      ),
    );
  });

  it('never probes the hold of an operator: only an operator ends it', async () => {
    const source = newSource();
    await place(source.source, 'operator');
    const invoked = world.functions.invoked.length;
    const { keep } = world.keeper(source);
    world.behaviour.meanwhile = () => release(source.source);
    expect((await keep({})).looks[0]).toMatchObject({ standing: false });
    world.behaviour.meanwhile = () => Promise.resolve();
    for (let run = 0; run < 4; run += 1) await keep({});
    expect(world.functions.invoked.length).toBe(invoked);
    expect(await didOf(source.source)).toEqual(['set', 'mapping-disabled', 'released', 'mapping-enabled']);
  });

  it('looks once, at one source, for an operator who has just set a hold', async () => {
    const [source, other] = [newSource(), newSource()];
    await place(source.source, 'operator');
    await place(other.source, 'operator');
    const before = world.elapsed();
    const { looks } = await world.keeper(source, other).keep({ source: source.source });
    expect(looks.map((look) => [look.source, look.did])).toEqual([[source.source, ['mapping-disabled']]]);
    expect([world.isEnabled(other.source), world.elapsed()]).toEqual([true, before]);
  });

  it('goes on where a keeper died between its note and the call', async () => {
    const source = newSource();
    await place(source.source, 'operator');
    await world.holds.noteMapping({
      source: source.source,
      number: 1,
      disabled: true,
      mappings: [source.source],
      by: 'a keeper that died',
      why: '',
      at: world.at(),
    });
    const { keep } = world.keeper(source);
    await keep({ source: source.source });
    expect(world.isEnabled(source.source)).toBe(false);
    await release(source.source);
    // And one that died behind the call, before its note.
    world.setEnabled(source.source, true);
    for (let run = 0; run < 4; run += 1) await keep({});
    expect(await world.holds.read(source.source)).toMatchObject({ mappingDisabled: false });
  });

  it('leaves a mapping off that somebody else had switched off, when the hold ends', async () => {
    const source = newSource();
    world.setEnabled(source.source, false);
    await place(source.source);
    expect((await world.keeper(source).keep({})).looks[0]).toMatchObject({ standing: false, did: ['released'] });
    expect(world.isEnabled(source.source)).toBe(false);
  });

  it('switches a mapping on again that a keeper with an older view has switched off since', async () => {
    const source = newSource();
    await place(source.source, 'operator');
    const { keep } = world.keeper(source);
    await keep({ source: source.source });
    await release(source.source);
    await keep({ source: source.source });
    world.setEnabled(source.source, false);
    await keep({});
    expect(world.isEnabled(source.source)).toBe(true);
  });

  it('lets a probe end a hold the later the more often it came, so that nothing goes round without bound', async () => {
    const source = newSource();
    const { keep, counted } = world.keeper(source);
    // What the probe does not meet: the next batch places the hold again at once.
    world.behaviour.meanwhile = () => place(source.source, 'halt');
    await place(source.source, 'halt');
    const before = world.elapsed();
    for (let run = 0; run < 16; run += 1) await keep({});
    const hold = await world.holds.read(source.source);
    expect((world.elapsed() - before) / 60_000).toBe(12);
    // 5, 10, 20, … 320 s, and a look after each.
    expect(hold?.number).toBe(8);
    expect(counted.filter((line) => line.endsWith('HoldsReleased halt 1'))).toHaveLength((hold?.number ?? 0) - 1);
  });

  it('does no harm twice at once', { timeout: 60_000 }, async () => {
    const source = newSource();
    await place(source.source);
    const both = [world.keeper(source), world.keeper(source)];
    for (let run = 0; run < 4; run += 1) await Promise.all(both.map(({ keep }) => keep({})));
    expect(world.isEnabled(source.source)).toBe(true);
    const did = (await didOf(source.source)) ?? [];
    expect(did.filter((step) => step === 'released')).toHaveLength(1);
    expect(did.at(-1)).toMatch(/released|mapping-enabled/);
    expect(await world.holds.read(source.source)).toMatchObject({ standing: false, mappingDisabled: false });
  });

  it('switches nothing off for a hold that a later one has followed', async () => {
    const source = newSource();
    await place(source.source);
    world.behaviour.probe = () => {
      throw new Error('away');
    };
    world.behaviour.meanwhile = async () => {
      await release(source.source);
      await place(source.source, 'operator');
      world.behaviour.meanwhile = () => Promise.resolve();
    };
    await world.keeper(source).keep({});
    expect(await world.holds.read(source.source)).toMatchObject({ number: 2, standing: true, mappingDisabled: true });
    expect(world.isEnabled(source.source)).toBe(false);
  });
});

describe('a keeper whose table is gone', () => {
  it('tries on, then fails, so that its alarm sees it', async () => {
    const source = newSource();
    const { keep, counted } = world.keeper(source);
    await world.clients.dynamodb.send(new DeleteTableCommand({ TableName: world.table }));
    const before = world.elapsed();
    await expect(keep({})).rejects.toThrow(/controls refused us/);
    expect(world.elapsed() - before).toBe(45_000);
    expect(counted).not.toContain(`${source.source} HoldStanding 0`);
    // An operator is told.
    expect((await keep({ source: source.source })).looks[0]?.problem).toMatch(/controls refused us/);
  });
});
