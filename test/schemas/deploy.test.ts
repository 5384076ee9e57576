import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DecodedEvent } from '../../lambdas/shared/serde/decoder.ts';
import type { KnownSchema } from '../../lambdas/shared/serde/known-schema.ts';
import { knownSchemas } from '../../lambdas/shared/serde/known-schemas.generated.ts';
import { compatibilityFaults } from '../../schemas/compatibility.ts';
import { parseDefinition } from '../../schemas/parse-definition.ts';
import { nextVersion, startDeploy, type Deploy } from './deploy-world.ts';
import { valuesOf } from './generated-values.ts';

const newestOf = (subject: string): KnownSchema =>
  knownSchemas.filter((schema) => schema.subject === subject).sort((a, b) => b.version - a.version)[0] as KnownSchema;
const subjects = [...new Set(knownSchemas.map(({ subject }) => subject))];

/** One field of each kind that a version may add. */
const added = [
  { name: 'addedText', type: 'string', default: '' },
  { name: 'addedNumber', type: ['null', 'double'], default: null },
  { name: 'addedList', type: { type: 'array', items: 'string' }, default: [] },
  {
    name: 'addedKind',
    type: { type: 'enum', name: 'AddedKind', symbols: ['plain', 'odd'], default: 'plain' },
    default: 'plain',
  },
];
const atDefault = { addedText: '', addedNumber: null, addedList: [], addedKind: 'plain' };
const set = { addedText: 'x', addedNumber: 1.5, addedList: ['y'], addedKind: 'odd' };

const eventOf = ({ definition }: KnownSchema): Record<string, unknown> =>
  valuesOf(parseDefinition(definition).type, [3, 1, 4, 1, 5, 9, 2, 6]) as Record<string, unknown>;

describe.each(subjects)('a deploy that adds fields to %s', (subject) => {
  const older = newestOf(subject);
  const newer = nextVersion(older, added);
  const event = eventOf(older);
  const { header: _, ...body } = event;
  let deploy: Deploy;
  beforeEach(async () => {
    deploy = await startDeploy(subject);
    await deploy.register(older);
  });
  afterEach(() => deploy.stop());

  it('is one that the checker passes', () => {
    expect(compatibilityFaults(newer.definition, older.definition)).toEqual([]);
  });

  it('lets each reader read each record, at every step', async () => {
    const oldReader = deploy.reader([older]);
    const oldProducer = deploy.producer([older]);
    expect((await oldReader(oldProducer(event))).body).toEqual(body);

    // 1. The registry has the new version; readers and producers are as they were.
    const newId = await deploy.register(newer);
    expect((await oldReader(oldProducer(event))).body).toEqual(body);

    // 2. The first readers are new, old ones still run.
    const newReader = deploy.reader([older, newer]);
    expect((await newReader(oldProducer(event))).body).toEqual({ ...body, ...atDefault });

    // 3. The first producers are new, while old readers and old producers still run.
    const newProducer = deploy.producer([older, newer]);
    const fromNew = newProducer({ ...event, ...set });
    expect(await newReader(fromNew)).toMatchObject({
      version: newer.version,
      schemaId: newId,
      body: { ...body, ...set },
    });
    const seenByOld = await oldReader(fromNew);
    expect(seenByOld).toMatchObject({ version: newer.version, schemaId: newId });
    expect(seenByOld.body).toEqual(body);
    expect((await newReader(oldProducer(event))).body).toEqual({ ...body, ...atDefault });
    expect((await oldReader(oldProducer(event))).body).toEqual(body);
  });

  it('gives an event the same hash from old and new producers, in old and new readers, until a new field is set', async () => {
    await deploy.register(newer);
    const readers = [deploy.reader([older]), deploy.reader([older, newer])];
    const newProducer = deploy.producer([older, newer]);
    const hashes = async (bytes: Buffer): Promise<string[]> =>
      (await Promise.all(readers.map((read) => read(bytes)))).map(({ bodyHash }: DecodedEvent) =>
        bodyHash.toString('hex'),
      );

    const [first = '', ...others] = [
      ...(await hashes(deploy.producer([older])(event))),
      ...(await hashes(newProducer(event))),
      ...(await hashes(newProducer({ ...event, ...atDefault }))),
    ];
    expect(others).toEqual(Array.from({ length: 5 }, () => first));
    for (const [field, value] of Object.entries(set)) {
      for (const hash of await hashes(newProducer({ ...event, [field]: value }))) expect(hash).not.toBe(first);
    }
  });
});

const required = subjects.flatMap((subject) => {
  const { fields } = newestOf(subject).definition as unknown as { fields: { name: string; default?: unknown }[] };
  const field = fields.find(({ name, default: fallback }) => name !== 'header' && fallback === undefined);
  return field ? [{ subject, field: field.name }] : [];
});

describe('a deploy that takes a field without a default', () => {
  it('has been tried', () => expect(required.length).toBeGreaterThan(0));

  it.each(required)(
    '$field from $subject halts old readers until they are deployed: it is nobody’s dead letter',
    async ({ subject, field }) => {
      const older = newestOf(subject);
      const newer = nextVersion(older, [], [field]);
      const deploy = await startDeploy(subject);
      try {
        await deploy.register(older);
        await deploy.register(newer);
        const { [field]: gone, ...event } = eventOf(older);
        const bytes = deploy.producer([older, newer])(event);
        expect(gone).toBeDefined();
        await expect(deploy.reader([older])(bytes)).rejects.toMatchObject({ disposition: 'halt', reason: 'schema' });
        expect((await deploy.reader([older, newer])(bytes)).version).toBe(newer.version);
      } finally {
        await deploy.stop();
      }
    },
  );
});
