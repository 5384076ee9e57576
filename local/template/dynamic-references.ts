/** Reads the text of a secret, by its name or ARN. */
export type ReadSecret = (secretId: string) => Promise<string>;

const REFERENCE = /\{\{resolve:([^:}]+):([^}]*)\}\}/g;
// An ARN has colons of its own; what follows it is separated by colons, too.
const SECRET =
  /^(arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]+|[^:]+)(?::SecretString(?::([^:]*))?(?::([^:]*))?(?::([^:]*))?)?$/;

const member = (secret: string, key: string, id: string): string => {
  const value = (JSON.parse(secret) as Record<string, unknown>)[key];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`the secret ${id} has no text under "${key}"`);
};

const lookUp = async (service: string, rest: string, readSecret: ReadSecret): Promise<string> => {
  const [, id, key, stage, version] = (service === 'secretsmanager' && SECRET.exec(rest)) || [];
  if (id === undefined) throw new Error(`{{resolve:${service}:${rest}}} is no dynamic reference the local run knows`);
  const isCurrent = (stage ?? '') === '' || stage === 'AWSCURRENT';
  if (!isCurrent || (version ?? '') !== '')
    throw new Error(`{{resolve:${service}:${rest}}} names a version; the local run keeps the current one only`);
  const secret = await readSecret(id);
  return key === undefined || key === '' ? secret : member(secret, key, id);
};

const inText = async (text: string, readSecret: ReadSecret): Promise<string> => {
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, service = '', rest = ''] = match;
    parts.push(text.slice(end, match.index), await lookUp(service, rest, readSecret));
    end = match.index + whole.length;
  }
  return parts.join('') + text.slice(end);
};

/** Replaces every `{{resolve:secretsmanager:…}}` in a value, however deep. */
export const resolveDynamicReferences = async (value: unknown, readSecret: ReadSecret): Promise<unknown> => {
  if (typeof value === 'string') return inText(value, readSecret);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map((item) => resolveDynamicReferences(item, readSecret)));
  const entries = Object.entries(value).map(
    async ([key, item]) => [key, await resolveDynamicReferences(item, readSecret)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
};
