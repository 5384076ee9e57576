import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateSecretString } from '../../../local/resources/secret-string.ts';
import type { RunningService } from '../../../local/services/json-service.ts';
import { startSecretsManager } from '../../../local/services/secrets-manager/start-secrets-manager.ts';
import { temporaryFolder } from '../support/test-world.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: RunningService;
let client: SecretsManagerClient;

const start = async (): Promise<void> => {
  service = await startSecretsManager({ dataDir: folder.path });
  client = new SecretsManagerClient({
    endpoint: service.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
};
beforeEach(async () => {
  folder = await temporaryFolder();
  await start();
});
afterEach(async () => {
  client.destroy();
  await service.stop();
  await folder.remove();
});

describe('the local Secrets Manager', () => {
  it('gives a secret by its name and by its ARN', async () => {
    const { ARN } = await client.send(new CreateSecretCommand({ Name: 'db', SecretString: 'one' }));
    expect(ARN).toMatch(/^arn:aws:secretsmanager:eu-west-1:000000000000:secret:db-[0-9a-f]{6}$/);
    for (const SecretId of ['db', ARN])
      expect(await client.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({
        ARN,
        Name: 'db',
        SecretString: 'one',
        VersionStages: ['AWSCURRENT'],
      });
  });

  it('keeps the newest value, also when it starts again over the same folder', async () => {
    await client.send(new CreateSecretCommand({ Name: 'db', SecretString: 'one' }));
    const before = await client.send(new GetSecretValueCommand({ SecretId: 'db' }));
    const changed = await client.send(new PutSecretValueCommand({ SecretId: 'db', SecretString: 'two' }));
    const same = await client.send(new PutSecretValueCommand({ SecretId: 'db', SecretString: 'two' }));
    expect(changed.VersionId).not.toBe(before.VersionId);
    expect(same.VersionId).toBe(changed.VersionId);
    await service.stop();
    client.destroy();
    await start();
    const found = await client.send(new GetSecretValueCommand({ SecretId: 'db', VersionStage: 'AWSCURRENT' }));
    expect(found.SecretString).toBe('two');
  });

  it('answers with the errors Secrets Manager has', async () => {
    const get = (input: { SecretId: string; VersionStage?: string }) => client.send(new GetSecretValueCommand(input));
    await expect(get({ SecretId: 'gone' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await client.send(new CreateSecretCommand({ Name: 'db', SecretString: 'one' }));
    await expect(get({ SecretId: 'db', VersionStage: 'AWSPREVIOUS' })).rejects.toThrow('keeps AWSCURRENT only');
    const twice = new CreateSecretCommand({ Name: 'db', SecretString: 'one' });
    await expect(client.send(twice)).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });
});

describe('generateSecretString', () => {
  it('puts a password into the template, without the characters that are excluded', () => {
    const text = generateSecretString({
      SecretStringTemplate: '{"username":"owner"}',
      GenerateStringKey: 'password',
      PasswordLength: 400,
      ExcludeCharacters: ' %+~`#$&*()|[]{}:;<>?!\'/@"\\',
    });
    const { username, password } = JSON.parse(text) as Record<string, string>;
    expect(username).toBe('owner');
    expect(password).toMatch(/^[A-Za-z0-9,\-.=^_]{400}$/);
  });

  it('is 32 characters alone when nothing is said, and another each time', () => {
    expect(generateSecretString({})).toHaveLength(32);
    expect(generateSecretString({})).not.toBe(generateSecretString({}));
  });

  it('says when no character is left', () => {
    const ExcludeCharacters = Array.from({ length: 128 }, (_, code) => String.fromCodePoint(code)).join('');
    expect(() => generateSecretString({ ExcludeCharacters })).toThrow('excludes every character');
  });
});
