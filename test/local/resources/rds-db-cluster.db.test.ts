import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createClients } from '../../../local/resources/clients.ts';
import { rdsDbCluster } from '../../../local/resources/rds-db-cluster.ts';
import { startTestWorld, type TestWorld } from '../support/test-world.ts';

const suffix = randomUUID().slice(0, 8);
const user = `owner "${suffix}"`;
const database = `shop-${suffix}`;

const connectAs = async (more: { user?: string; password?: string; database?: string }): Promise<pg.Client> => {
  const { host, port, user, password, caFile } = inject('postgres');
  const ssl = { ca: await readFile(caFile, 'utf8') };
  const client = new pg.Client({ host, port, user, password, database: 'postgres', ssl, ...more });
  await client.connect();
  return client;
};

const connectAsAdmin = (): Promise<pg.Client> => connectAs({});

let test: TestWorld;
beforeAll(async () => {
  test = await startTestWorld();
});
afterAll(async () => {
  const admin = await connectAsAdmin();
  await admin.query(`DROP DATABASE IF EXISTS ${admin.escapeIdentifier(database)}`);
  await admin.query(`DROP ROLE IF EXISTS ${admin.escapeIdentifier(user)}`);
  await admin.end();
  await test.stop();
});

const deploy = async (MasterUserPassword: string) => {
  const { port } = inject('postgres');
  const postgres = { ...test.world.postgres, port, admin: connectAsAdmin };
  const clients = createClients(test.world.endpoints, 'eu-west-1');
  const place = { stack: 'shop', logicalId: 'Database', type: 'AWS::RDS::DBCluster' };
  try {
    return await rdsDbCluster.create(
      {
        Engine: 'aurora-postgresql',
        EngineVersion: '17.5',
        DatabaseName: database,
        MasterUsername: user,
        MasterUserPassword,
      },
      { world: { ...test.world, postgres }, clients, assets: new Map(), place },
    );
  } finally {
    clients.destroy();
  }
};

describe('AWS::RDS::DBCluster', () => {
  it('makes a master user that owns the database, may make users, and is no superuser', async () => {
    const { ref, attributes } = await deploy('p\'w"1');
    expect(attributes).toMatchObject({
      'Endpoint.Address': '127.0.0.1',
      'Endpoint.Port': String(inject('postgres').port),
      DBClusterArn: `arn:aws:rds:eu-west-1:000000000000:cluster:${ref}`,
    });
    const master = await connectAs({ user, password: 'p\'w"1', database });
    try {
      const { rows } = await master.query('SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user');
      expect(rows).toEqual([{ rolsuper: false, rolcreaterole: true }]);
      await master.query('CREATE SCHEMA shelves');
      await master.query(`CREATE ROLE "reader ${suffix}" LOGIN`);
      await master.query(`GRANT rds_iam TO "reader ${suffix}"`);
      await master.query(`DROP ROLE "reader ${suffix}"`);
    } finally {
      await master.end();
    }
  });

  it('asks the master user for its password, which is the newest one deployed', async () => {
    await deploy('second');
    await expect(connectAs({ user, password: 'p\'w"1', database })).rejects.toThrow('password authentication failed');
    const master = await connectAs({ user, password: 'second', database });
    await master.end();
  });
});
