/** `expand` may run while the code before it still runs; `contract` removes what that code needed and is run by hand. */
export type MigrationKind = 'expand' | 'contract';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly kind: MigrationKind;
}

const fileName = /^(\d{4})-([a-z0-9-]+)\.(expand|contract)\.sql$/;

/**
 * The migrations in a folder's file names, by number.
 * @throws Error naming a file that is not `NNNN-name.expand.sql` or `.contract.sql`, or a number used twice
 */
export const readMigrations = (fileNames: readonly string[]): Migration[] => {
  const migrations = fileNames.map((name) => {
    const [, version, , kind] = fileName.exec(name) ?? [];
    if (version === undefined)
      throw new Error(`migrations/${name}: must be named NNNN-what.expand.sql or NNNN-what.contract.sql`);
    return { version: Number(version), name, kind: kind as MigrationKind };
  });
  migrations.sort((a, b) => a.version - b.version);
  const twice = migrations.find(({ version }, index) => migrations[index + 1]?.version === version);
  if (twice) throw new Error(`migrations/${twice.name}: number ${twice.version} is used twice`);
  return migrations;
};

/**
 * What a run applies. An expand run passes over contract migrations; a contract run applies those, and only when every
 * expand migration before them is in, so that it can never run ahead of a deploy.
 * @throws Error where a contract migration waits for an expand migration
 */
export const toApply = (
  migrations: readonly Migration[],
  applied: ReadonlySet<number>,
  kind: MigrationKind,
): Migration[] => {
  const pending = migrations.filter(({ version }) => !applied.has(version));
  const chosen = pending.filter((migration) => migration.kind === kind);
  if (kind === 'expand') return chosen;
  const last = chosen.at(-1);
  const missing = last && pending.find((migration) => migration.kind === 'expand' && migration.version < last.version);
  if (missing) throw new Error(`${missing.name} is not applied yet: deploy first, then run the contract migrations`);
  return chosen;
};
