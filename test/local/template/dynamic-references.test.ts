import { describe, expect, it } from 'vitest';
import { resolveDynamicReferences } from '../../../local/template/dynamic-references.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:db-abc123';
const secrets: Readonly<Record<string, string>> = {
  [ARN]: JSON.stringify({ username: 'owner', password: 'p:w}', port: 5432 }),
  plain: 'whole text',
};
const resolved = (value: unknown): Promise<unknown> =>
  resolveDynamicReferences(value, async (id) => {
    const secret = secrets[id];
    if (secret === undefined) throw new Error(`no secret ${id}`);
    return secret;
  });

describe('resolveDynamicReferences', () => {
  it.each([
    [`{{resolve:secretsmanager:${ARN}:SecretString:username::}}`, 'owner'],
    [`{{resolve:secretsmanager:${ARN}:SecretString:port}}`, '5432'],
    [`{{resolve:secretsmanager:${ARN}:SecretString:password:AWSCURRENT:}}`, 'p:w}'],
    ['{{resolve:secretsmanager:plain}}', 'whole text'],
    ['{{resolve:secretsmanager:plain:SecretString}}', 'whole text'],
    ['a {{resolve:secretsmanager:plain}} b {{resolve:secretsmanager:plain}} c', 'a whole text b whole text c'],
    ['no reference', 'no reference'],
  ])('resolves %s', async (text, expected) => {
    expect(await resolved(text)).toBe(expected);
  });

  it('reaches into lists and objects and leaves other values alone', async () => {
    const value = { a: ['{{resolve:secretsmanager:plain}}', 1], b: { c: null, d: true } };
    expect(await resolved(value)).toEqual({ a: ['whole text', 1], b: { c: null, d: true } });
  });

  it.each([
    ['{{resolve:ssm:/some/parameter}}', '{{resolve:ssm:/some/parameter}} is no dynamic reference the local run knows'],
    [`{{resolve:secretsmanager:${ARN}:SecretString:colour::}}`, 'no text under "colour"'],
    ['{{resolve:secretsmanager:plain:SecretString::AWSPREVIOUS:}}', 'keeps the current one only'],
    ['{{resolve:secretsmanager:gone}}', 'no secret gone'],
  ])('says what is wrong with %s', async (text, message) => {
    await expect(resolved(text)).rejects.toThrow(message);
  });
});
