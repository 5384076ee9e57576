import { join } from 'node:path';
import type pg from 'pg';
import type { MigrationConfig } from './config.ts';
import { migrate, migrationState, type DatabaseUser, type MigrationState } from './migration-store.ts';

/** `expand` is what a deploy does by itself; `contract` and `status` are asked for by an operator. */
export interface MigrateRequest {
  readonly action?: 'expand' | 'contract' | 'status';
}

/** `user=role,user=role` → users. @throws Error naming the part that is not of that form */
export const parseDatabaseUsers = (text: string): DatabaseUser[] =>
  text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [, user, role] = /^([a-z][a-z0-9_]*)=([a-z][a-z0-9_]*)$/.exec(part) ?? [];
      if (user === undefined || role === undefined) throw new Error(`DATABASE_USERS: "${part}" is not user=role`);
      return { user, role };
    });

/** @throws Error naming the migration that failed: the deploy fails with it, and consumers are not updated */
export const migrateDatabase =
  (config: MigrationConfig, connectAsOwner: () => Promise<pg.Client>) =>
  async ({ action = 'expand' }: MigrateRequest): Promise<MigrationState> => {
    const folder = join(config.LAMBDA_TASK_ROOT, 'migrations');
    const users = parseDatabaseUsers(config.DATABASE_USERS);
    const client = await connectAsOwner();
    try {
      switch (action) {
        case 'status':
          return await migrationState(client, folder);
        case 'expand':
        case 'contract':
          return await migrate(client, folder, action, users);
        default:
          throw new Error(`action: must be expand, contract or status, is ${String(action satisfies never)}`);
      }
    } finally {
      await client.end();
    }
  };
