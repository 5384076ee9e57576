import { defineConfig } from 'vitest/config';

/** One project per tier; the file's suffix is its tier (docs/architecture.md, "Tests"). */
const tier = (
  name: string,
  include: string[],
  exclude: string[] = [],
  testTimeout = 20_000, // properties take a while on a busy machine
  globalSetup: string[] = [],
) => ({
  test: { name, include, exclude, testTimeout, globalSetup, hookTimeout: 120_000, environment: 'node' as const },
});

export default defineConfig({
  test: {
    projects: [
      tier('unit', ['test/**/*.test.ts'], ['test/**/*.{stack,db,local,chaos,page}.test.ts']),
      tier('stack', ['test/**/*.stack.test.ts'], [], 120_000),
      tier('db', ['test/**/*.db.test.ts'], [], 60_000, ['test/support/postgres-setup.ts']),
      tier('local', ['test/**/*.local.test.ts'], [], 180_000),
      // Not part of `npm test`: it takes minutes.
      // Not part of `npm test`: it needs Chromium.
      tier('page', ['test/**/*.page.test.ts'], [], 120_000),
      tier('chaos', ['test/**/*.chaos.test.ts'], [], 900_000),
    ],
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['lambdas/**/*.ts', 'lib/**/*.ts', 'local/**/*.ts', 'feeds/**/*.ts'],
      exclude: [
        '**/*.generated.ts',
        // These run in processes of their own only, where the collector does not look; the local tier starts and kills them.
        'local/services/launchers/*.ts',
        'local/services/process/guard.ts',
      ],
      reportOnFailure: true,
      reporter: ['text-summary', 'html', 'json-summary'],
      thresholds: { lines: 85, branches: 85 },
    },
  },
});
