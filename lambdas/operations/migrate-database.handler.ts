import { readMigrationConfig } from './config.ts';
import { connectAsOwner } from './dependencies.ts';
import { migrateDatabase } from './migrate-database.ts';

const config = readMigrationConfig(process.env);

export const handler = migrateDatabase(config, () => connectAsOwner(config));
