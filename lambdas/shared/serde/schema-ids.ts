/** A version of a subject's schema. */
export interface SchemaVersion {
  readonly subject: string;
  readonly version: number;
}

/** Schema version ids, as Glue assigns them at deploy, to what they stand for. Ids in lower case. */
export type SchemaIds = ReadonlyMap<string, SchemaVersion>;

const part = /^([a-z0-9-]+):([1-9]\d*)=([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/**
 * Reads `market-quote:1=<uuid>,market-trade:1=<uuid>`, the form in which ids reach functions and producers.
 * @throws Error naming the part that is not of that form, or says again what another part has said
 */
export const parseSchemaIds = (text: string): SchemaIds => {
  const ids = new Map<string, SchemaVersion>();
  const versions = new Set<string>();
  for (const item of text.split(',')) {
    const [, subject, version, uuid] = part.exec(item) ?? [];
    if (subject === undefined || uuid === undefined) throw new Error(`"${item}" is not subject:version=uuid`);
    const id = uuid.toLowerCase();
    if (ids.has(id) || versions.has(`${subject}:${version}`)) throw new Error(`"${item}" is there twice`);
    ids.set(id, { subject, version: Number(version) });
    versions.add(`${subject}:${version}`);
  }
  return ids;
};

/** The inverse of `parseSchemaIds`. */
export const formatSchemaIds = (ids: SchemaIds): string =>
  [...ids].map(([id, { subject, version }]) => `${subject}:${version}=${id}`).join(',');
