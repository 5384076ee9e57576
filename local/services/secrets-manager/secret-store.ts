import { join } from 'node:path';
import * as z from 'zod';
import { shortHash } from '../../deterministic-id.ts';
import { AwsError, notFound } from '../aws-error.ts';
import { jsonFile } from '../json-file.ts';

const Secret = z.object({ arn: z.string(), name: z.string(), value: z.string(), version: z.string() });
const Content = z.object({ secrets: z.array(Secret) });

export type Secret = z.infer<typeof Secret>;

export interface SecretStore {
  create(name: string, value: string): Promise<Secret>;
  put(id: string, value: string): Promise<Secret>;
  /** @param id - the secret's name or ARN */
  find(id: string): Secret;
}

/** Secrets Manager ends an ARN in six random characters; ours follow from the name, so that they stay the same. */
const secretArn = (name: string): string =>
  `arn:aws:secretsmanager:eu-west-1:000000000000:secret:${name}-${shortHash(6, name)}`;

const versionOf = (value: string): string => shortHash(32, value);

/** Keeps secrets in `<dataDir>/secrets.json`: a kept database still knows the password a kept secret holds. */
export const openSecretStore = async (dataDir: string): Promise<SecretStore> => {
  const file = jsonFile(join(dataDir, 'secrets.json'), { secrets: [] }, (raw) => Content.parse(raw));
  const { secrets } = await file.read();

  const find = (id: string): Secret => {
    const found = secrets.find(({ arn, name }) => arn === id || name === id);
    if (found) return found;
    throw notFound(`Secrets Manager can't find the secret "${id}".`);
  };

  return {
    find,
    async create(name, value) {
      if (secrets.some((secret) => secret.name === name))
        throw new AwsError('ResourceExistsException', `The secret "${name}" already exists.`);
      const secret = { arn: secretArn(name), name, value, version: versionOf(value) };
      secrets.push(secret);
      await file.write({ secrets });
      return secret;
    },
    async put(id, value) {
      const secret = find(id);
      if (secret.value === value) return secret;
      secret.value = value;
      secret.version = versionOf(value);
      await file.write({ secrets });
      return secret;
    },
  };
};
