/** Every capability of the platform, in the order a record meets them (docs/architecture.md). A folder appears with its first file. */
export const capabilities: readonly string[] = [
  'ingest',
  'enrichment',
  'aggregation',
  'delivery',
  'translation',
  'publishing',
  'cdc',
  'rest-api',
  'operations',
];

/** Folders beside the capabilities, by layer. */
export const supporting: Readonly<Record<'lib' | 'lambdas' | 'test', readonly string[]>> = {
  lib: ['config', 'constructs', 'foundation'],
  lambdas: ['shared'],
  test: [
    'architecture',
    'config',
    'console',
    'feeds',
    'foundation',
    'local',
    'machine',
    'schemas',
    'shared',
    'support',
  ],
};

/** The capability a file of `lib/`, `lambdas/` or `test/` belongs to, if it belongs to one. */
export const capabilityOf = (path: string): string | undefined => {
  const [layer, folder] = path.split('/');
  const layered = layer === 'lib' || layer === 'lambdas' || layer === 'test';
  return layered && folder !== undefined && capabilities.includes(folder) ? folder : undefined;
};
