import type { EnvironmentName } from './environment.ts';

/** `millrace-<env>-<thing>`: the one spelling of everything that has a name in an account. */
export const physicalName = (environment: EnvironmentName, ...thing: readonly string[]): string =>
  ['millrace', environment, ...thing].join('-');

/** The database of an environment's cluster. */
export const databaseName = 'millrace';

/** Owns the schema; only the migration function logs in as this. */
export const databaseOwner = 'millrace_owner';

/** The IAM database user of the function that enriches a source. */
export const enrichmentUser = (source: string): string => `enrichment_${source.replaceAll('-', '_')}`;

/** The IAM database user of the function that makes partitions. */
export const partitionsUser = 'operations_partitions';

/** The IAM database user of the function that checks readiness. */
export const readinessUser = 'operations_readiness';

/** The IAM database users of the functions that publish the outbox, look for what nobody woke, and delete. */
export const relayUser = 'delivery_relay';
export const sweepUser = 'delivery_sweep';
export const deletionUser = 'delivery_deletion';

/** The IAM database user of the function that reads published messages for clients. */
export const readMessagesUser = 'rest_api_messages';

/** Every login user and the role whose rights it has (migrations make the roles), as `user=role,…`. */
export const databaseUsers = (sources: readonly string[]): string =>
  [
    ...sources.map((source) => `${enrichmentUser(source)}=millrace_enrichment`),
    `${relayUser}=millrace_relay`,
    `${sweepUser}=millrace_sweep`,
    `${deletionUser}=millrace_deletion`,
    `${readMessagesUser}=millrace_rest_api`,
    `${partitionsUser}=millrace_operations`,
    // The role of every IAM user, so none of ours: it may log in, and see none of our tables.
    `${readinessUser}=rds_iam`,
  ].join(',');
