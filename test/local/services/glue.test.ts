import {
  CreateRegistryCommand,
  CreateSchemaCommand,
  GetSchemaVersionCommand,
  GlueClient,
  ListRegistriesCommand,
  RegisterSchemaVersionCommand,
} from '@aws-sdk/client-glue';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGlue } from '../../../local/services/glue/start-glue.ts';
import type { RunningService } from '../../../local/services/json-service.ts';
import { temporaryFolder } from '../support/test-world.ts';

const avro = (...fields: readonly string[]): string =>
  JSON.stringify({
    type: 'record',
    name: 'Quote',
    fields: fields.map((name) => ({ name, type: 'double', default: 0 })),
  });

/** A version that no other can be before. */
const strict = JSON.stringify({ type: 'record', name: 'Quote', fields: [{ name: 'venue', type: 'string' }] });

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: RunningService;
let glue: GlueClient;

const connect = ({ endpoint }: RunningService): GlueClient =>
  new GlueClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });

beforeEach(async () => {
  folder = await temporaryFolder();
  service = await startGlue({ dataDir: folder.path });
  glue = connect(service);
});
afterEach(async () => {
  glue.destroy();
  await service.stop();
  await folder.remove();
});

const createQuote = async (Compatibility: 'BACKWARD' | 'NONE' | 'FULL' = 'BACKWARD'): Promise<string> => {
  await glue.send(new CreateRegistryCommand({ RegistryName: 'events' }));
  const { SchemaVersionId = '' } = await glue.send(
    new CreateSchemaCommand({
      RegistryId: { RegistryName: 'events' },
      SchemaName: 'quote',
      DataFormat: 'AVRO',
      Compatibility,
      SchemaDefinition: avro('bid'),
    }),
  );
  return SchemaVersionId;
};

const SchemaId = { SchemaArn: 'arn:aws:glue:eu-west-1:000000000000:schema/events/quote' };

describe('the local Glue registry', () => {
  it('gives a schema version by its id', async () => {
    const SchemaVersionId = await createQuote();
    expect(
      await glue.send(new GetSchemaVersionCommand({ SchemaVersionId: SchemaVersionId.toUpperCase() })),
    ).toMatchObject({
      SchemaVersionId,
      SchemaDefinition: avro('bid'),
      DataFormat: 'AVRO',
      Status: 'AVAILABLE',
      SchemaArn: SchemaId.SchemaArn,
      VersionNumber: 1,
    });
  });

  it('gives a version by number, and the latest', async () => {
    await createQuote();
    await glue.send(new RegisterSchemaVersionCommand({ SchemaId, SchemaDefinition: avro('bid', 'ask') }));
    const by = (SchemaVersionNumber: object) =>
      glue.send(
        new GetSchemaVersionCommand({ SchemaId: { RegistryName: 'events', SchemaName: 'quote' }, SchemaVersionNumber }),
      );
    expect((await by({ VersionNumber: 1 })).SchemaDefinition).toBe(avro('bid'));
    expect((await by({ LatestVersion: true })).VersionNumber).toBe(2);
    await expect(by({ VersionNumber: 9 })).rejects.toMatchObject({ name: 'EntityNotFoundException' });
  });

  it('refuses a version that cannot read an older one as Glue does: with an id, a number and a status', async () => {
    await createQuote();
    const refused = await glue.send(new RegisterSchemaVersionCommand({ SchemaId, SchemaDefinition: strict }));
    expect(refused).toMatchObject({ VersionNumber: 2, Status: 'FAILURE' });
    const { SchemaVersionId } = refused;
    expect((await glue.send(new GetSchemaVersionCommand({ SchemaVersionId }))).Status).toBe('FAILURE');
    const latest = new GetSchemaVersionCommand({ SchemaId, SchemaVersionNumber: { LatestVersion: true } });
    expect((await glue.send(latest)).VersionNumber).toBe(1);
    // It stays refused, and no later version has to be able to read it.
    expect(await glue.send(new RegisterSchemaVersionCommand({ SchemaId, SchemaDefinition: strict }))).toMatchObject({
      VersionNumber: 2,
      Status: 'FAILURE',
    });
    const next = new RegisterSchemaVersionCommand({ SchemaId, SchemaDefinition: avro('bid', 'ask') });
    expect(await glue.send(next)).toMatchObject({ VersionNumber: 3, Status: 'AVAILABLE' });
    expect((await glue.send(latest)).VersionNumber).toBe(3);
  });

  it('compares with every version that is out, not with the last alone', async () => {
    await createQuote();
    const long = JSON.stringify({ type: 'record', name: 'Quote', fields: [{ name: 'size', type: 'int', default: 0 }] });
    const double = long.replace('"int"', '"double"');
    const without = JSON.stringify({ type: 'record', name: 'Quote', fields: [] });
    const statuses: (string | undefined)[] = [];
    for (const SchemaDefinition of [double, without, long])
      statuses.push((await glue.send(new RegisterSchemaVersionCommand({ SchemaId, SchemaDefinition }))).Status);
    // int cannot read the double of version 2, though version 3 has no such field.
    expect(statuses).toEqual(['AVAILABLE', 'AVAILABLE', 'FAILURE']);
  });

  it('takes any version where the schema asks for no compatibility', async () => {
    await createQuote('NONE');
    const taken = await glue.send(new RegisterSchemaVersionCommand({ SchemaId, SchemaDefinition: strict }));
    expect(taken).toMatchObject({ VersionNumber: 2, Status: 'AVAILABLE' });
  });

  it('says that it has no check for another kind of compatibility', async () => {
    await expect(createQuote('FULL')).rejects.toThrow(
      'The local Glue checks BACKWARD and NONE; it has no check for FULL.',
    );
  });

  it('refuses what is no Avro schema, and names the field', async () => {
    await createQuote();
    const SchemaDefinition = strict.replace('"string"', '"text"');
    await expect(glue.send(new RegisterSchemaVersionCommand({ SchemaId, SchemaDefinition }))).rejects.toThrow(
      'Schema definition of AVRO data format is invalid: venue: the unknown type "text"',
    );
  });

  it('takes the same definition, however it is written, as the version it already is', async () => {
    const first = await createQuote();
    const spaced = JSON.stringify(JSON.parse(avro('bid')), undefined, 4);
    const again = await glue.send(new RegisterSchemaVersionCommand({ SchemaId, SchemaDefinition: spaced }));
    expect(again).toMatchObject({ SchemaVersionId: first, VersionNumber: 1, Status: 'AVAILABLE' });
  });

  it('keeps its schemas, under the same ids, when it starts again over the same folder', async () => {
    const SchemaVersionId = await createQuote();
    await service.stop();
    service = await startGlue({ dataDir: folder.path });
    glue.destroy();
    glue = connect(service);
    const found = await glue.send(new GetSchemaVersionCommand({ SchemaVersionId }));
    expect(found.SchemaDefinition).toBe(avro('bid'));
  });

  it('gives the same id in another folder: ids follow from what a version is', async () => {
    const here = await createQuote();
    const other = await temporaryFolder();
    const elsewhere = await startGlue({ dataDir: other.path });
    glue.destroy();
    glue = connect(elsewhere);
    try {
      expect(await createQuote()).toBe(here);
    } finally {
      await elsewhere.stop();
      await other.remove();
    }
  });

  it('answers with the errors Glue has', async () => {
    const unknown = new GetSchemaVersionCommand({ SchemaVersionId: '00000000-0000-8000-8000-000000000000' });
    await expect(glue.send(unknown)).rejects.toMatchObject({ name: 'EntityNotFoundException' });
    await createQuote();
    await expect(createQuote()).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    const schema = {
      SchemaName: 'quote',
      DataFormat: 'AVRO',
      Compatibility: 'NONE',
      SchemaDefinition: avro('x'),
    } as const;
    const inRegistry = (RegistryId: object, more: object = {}) =>
      glue.send(new CreateSchemaCommand({ ...schema, ...more, RegistryId }));
    await expect(inRegistry({ RegistryName: 'events' })).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    await expect(inRegistry({ RegistryName: 'nowhere' })).rejects.toMatchObject({ name: 'EntityNotFoundException' });
    await expect(inRegistry({})).rejects.toMatchObject({ name: 'InvalidInputException' });
    await expect(inRegistry({ RegistryArn: 'arn' })).rejects.toMatchObject({ name: 'InvalidInputException' });
    const RegistryArn = 'arn:aws:glue:eu-west-1:000000000000:registry/events';
    await expect(inRegistry({ RegistryArn }, { SchemaName: 'broken', SchemaDefinition: '{' })).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
    await expect(inRegistry({ RegistryArn }, { SchemaName: 'broken' })).resolves.toMatchObject({
      SchemaName: 'broken',
      LatestSchemaVersion: 1,
    });
  });

  it.each([
    [{}, 'Give SchemaVersionId, or SchemaId'],
    [{ SchemaId: {} }, 'named by SchemaArn, or by RegistryName and SchemaName'],
    [{ SchemaId: { SchemaArn: 'arn' } }, 'is no ARN of a schema'],
    [{ SchemaId: { RegistryName: 'events', SchemaName: 'gone' } }, 'no schema "gone" in the registry "events"'],
  ])('says what is wrong with %j', async (input, message) => {
    await expect(glue.send(new GetSchemaVersionCommand(input))).rejects.toThrow(message);
  });

  it('says which actions it has when it is asked for another', async () => {
    await expect(glue.send(new ListRegistriesCommand({}))).rejects.toThrow(
      'The local Glue has no action "ListRegistries"; it has CreateRegistry, CreateSchema, RegisterSchemaVersion',
    );
  });

  it('refuses input it would have to ignore', async () => {
    const input = { RegistryName: 'events', Tags: { a: 'b' } };
    await expect(glue.send(new CreateRegistryCommand(input))).rejects.toThrow(/CreateRegistry does not take.*Tags/s);
  });

  it('says that a file in the data folder is not its own', async () => {
    await writeFile(join(folder.path, 'glue.json'), '{"schemas": 1}');
    await expect(startGlue({ dataDir: folder.path })).rejects.toThrow(/glue\.json is not what this program wrote/);
  });
});
