/** The IAM database user of a source's enrichment function. PostgreSQL's names have no dash. */
export const enrichmentUser = (source: string): string => `enrichment_${source.replaceAll('-', '_')}`;

/** The IAM database user of the function that makes partitions. */
export const partitionsUser = 'operations_partitions';

/** One user a function, and the role whose rights it has; migrations define the roles. */
export const databaseUsers = (sources: readonly string[]): Record<string, string> => ({
  ...Object.fromEntries(sources.map((source) => [enrichmentUser(source), 'millrace_enrichment'])),
  [partitionsUser]: 'millrace_operations',
});
