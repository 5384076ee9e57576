import { randomInt } from 'node:crypto';
import * as z from 'zod';
import { flag, wholeNumber } from './provider.ts';

export const GenerateSecretString = z.strictObject({
  PasswordLength: z.optional(wholeNumber),
  ExcludeCharacters: z.optional(z.string()),
  ExcludePunctuation: z.optional(flag),
  SecretStringTemplate: z.optional(z.string()),
  GenerateStringKey: z.optional(z.string()),
});

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/**
 * Makes the text of a new secret as Secrets Manager does: a random password, alone or as one member of a JSON template.
 *
 * @throws Error when every character is excluded
 */
export const generateSecretString = (options: z.infer<typeof GenerateSecretString>): string => {
  const { PasswordLength = 32, ExcludeCharacters = '', ExcludePunctuation = false } = options;
  const all = `${LETTERS}${LETTERS.toUpperCase()}0123456789${ExcludePunctuation ? '' : PUNCTUATION}`;
  const allowed = Array.from(all).filter((character) => !ExcludeCharacters.includes(character));
  if (allowed.length === 0) throw new Error('GenerateSecretString excludes every character');
  const password = Array.from({ length: PasswordLength }, () => allowed[randomInt(allowed.length)]).join('');
  const { SecretStringTemplate, GenerateStringKey } = options;
  if (SecretStringTemplate === undefined || GenerateStringKey === undefined) return password;
  return JSON.stringify({ ...(JSON.parse(SecretStringTemplate) as object), [GenerateStringKey]: password });
};
