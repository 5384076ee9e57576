import { describe, expect, it } from 'vitest';
import * as rules from './import-rules.ts';
import { readSourceTree, type SourceFile, type SourceTree, type Verdict } from './source-tree.ts';

interface Case {
  readonly sentence: string;
  readonly rule: (tree: SourceTree) => Verdict;
  /** The least number of modules the rule has to have looked at in the real tree. */
  readonly least: number;
  readonly broken: readonly (readonly [path: string, text: string])[];
  readonly fine?: readonly (readonly [path: string, text: string])[];
}

const cases: readonly Case[] = [
  {
    sentence: 'lambdas/ imports from lambdas/ alone',
    rule: rules.lambdasImportOnlyLambdas,
    least: 40,
    broken: [
      ['lambdas/enrichment/a.ts', "import { environments } from '../../lib/config/environments.ts';"],
      ['lambdas/enrichment/a.ts', "import type { Environment } from '../../lib/config/environments.ts';"],
      ['lambdas/shared/serde/a.ts', "export { b } from '../../../bin/b.ts';"],
      ['lambdas/shared/serde/a.ts', "import { run } from '../../../local/run.ts';"],
    ],
    fine: [['lambdas/enrichment/a.ts', "import { parse } from '../shared/config/parse.ts';"]],
  },
  {
    sentence: 'lambdas/ loads only packages listed under "dependencies"',
    rule: rules.lambdasLoadOnlyDependencies,
    least: 40,
    broken: [
      ['lambdas/enrichment/a.ts', "import { Stack } from 'aws-cdk-lib';"],
      ['lambdas/enrichment/a.ts', "import { it } from 'vitest';"],
      ['lambdas/enrichment/a.ts', 'await import(name);'],
    ],
    fine: [
      ['lambdas/enrichment/a.ts', "import pg from 'pg';"],
      ['lambdas/enrichment/a.ts', "import type { KinesisStreamEvent } from 'aws-lambda';"],
      ['lambdas/enrichment/a.ts', "import { readFile } from 'node:fs/promises';"],
    ],
  },
  {
    sentence: 'lambdas/ takes nothing from the CDK, not even a type',
    rule: rules.lambdasNeverImportCdk,
    least: 40,
    broken: [
      ['lambdas/enrichment/a.ts', "import type { Stack } from 'aws-cdk-lib';"],
      ['lambdas/enrichment/a.ts', "import type { IFunction } from 'aws-cdk-lib/aws-lambda';"],
      ['lambdas/enrichment/a.ts', "let a: import('constructs').Construct;"],
    ],
  },
  {
    sentence: 'lib/ takes only types from lambdas/',
    rule: rules.libTakesOnlyTypesFromLambdas,
    least: 20,
    broken: [
      ['lib/enrichment/a.ts', "import { readConfig } from '../../lambdas/enrichment/config.ts';"],
      ['lib/enrichment/a.ts', "import { type EnrichmentEnv } from '../../lambdas/enrichment/config.ts';"],
      ['lib/enrichment/a.ts', "await import('../../lambdas/enrichment/config.ts');"],
    ],
    fine: [['lib/enrichment/a.ts', "import type { EnrichmentEnv } from '../../lambdas/enrichment/config.ts';"]],
  },
  {
    sentence: 'lib/ knows nothing of bin/, local/, feeds/ and test/',
    rule: rules.libImportsOnlyLibAndLambdas,
    least: 20,
    broken: [
      ['lib/platform.ts', "import { start } from '../local/run.ts';"],
      ['lib/foundation/a.ts', "import type { Feed } from '../../feeds/feed.ts';"],
    ],
  },
  {
    sentence: 'a capability imports the shared folders and itself, never a sibling',
    rule: rules.capabilitiesKeepToThemselves,
    least: 60,
    broken: [
      ['lambdas/enrichment/a.ts', "import { closeWindow } from '../aggregation/close-window.ts';"],
      ['lambdas/operations/a.ts', "import type { EnrichedEvent } from '../enrichment/event.ts';"],
      ['lambdas/shared/batch/a.ts', "import type { EnrichedEvent } from '../../enrichment/event.ts';"],
      ['lib/operations/a.ts', "import { Enrichment } from '../enrichment/stack.ts';"],
      ['lib/operations/a.ts', "import type { EnrichmentEnv } from '../../lambdas/enrichment/config.ts';"],
      ['lib/foundation/a.ts', "import { Enrichment } from '../enrichment/stack.ts';"],
    ],
    fine: [
      ['lambdas/enrichment/a.ts', "import { b } from './b.ts';"],
      ['lib/enrichment/a.ts', "import { Network } from '../foundation/network.ts';"],
      ['lib/enrichment/a.ts', "import type { EnrichmentEnv } from '../../lambdas/enrichment/config.ts';"],
      ['lib/foundation/a.ts', "import type { MigrationEnv } from '../../lambdas/operations/config.ts';"],
      ['lib/platform.ts', "import { Enrichment } from './enrichment/stack.ts';"],
    ],
  },
  {
    sentence: 'local/ imports neither lib/ nor lambdas/, nor anything else of ours but the checker of schemas/',
    rule: rules.localKnowsNoCapability,
    least: 80,
    broken: [
      ['local/run.ts', "import { composePlatform } from '../lib/platform.ts';"],
      ['local/runtime/a.ts', "import type { Disposition } from '../../lambdas/shared/errors/platform-error.ts';"],
      ['local/services/a.ts', "import { simulate } from '../../feeds/simulator.ts';"],
    ],
    fine: [
      ['local/runtime/a.ts', "import type { LocalWorld } from '../world.ts';"],
      ['local/services/glue/a.ts', "import { checkVersions } from '../../../schemas/check-versions.ts';"],
    ],
  },
  {
    sentence: 'schemas/ imports itself alone',
    rule: rules.schemasImportOnlySchemas,
    least: 10,
    broken: [
      ['schemas/a.ts', "import { compileType } from '../lambdas/shared/serde/writer.ts';"],
      ['schemas/a.ts', "import type { Environment } from '../lib/config/environment.ts';"],
    ],
    fine: [['schemas/a.ts', "import { resolve } from './resolve.ts';"]],
  },
  {
    sentence: 'feeds/ imports lambdas/shared/ and itself; bin/local.ts joins it to local/',
    rule: rules.feedsImportOnlyShared,
    least: 20,
    broken: [
      ['feeds/account.ts', "import type { LocalWorld } from '../local/world.ts';"],
      ['feeds/account.ts', "import { eventKey } from '../lambdas/enrichment/event-key.ts';"],
    ],
    fine: [['feeds/account.ts', "import { parseFrame } from '../lambdas/shared/serde/frame.ts';"]],
  },
  {
    sentence: 'console/ imports itself alone, and types from lambdas/shared/',
    rule: rules.consoleImportsOnlyItself,
    least: 7,
    broken: [
      ['console/client/a.ts', "import { publishLimits } from '../../lambdas/shared/delivery/message.ts';"],
      ['console/client/a.ts', "import type { Page } from '../../lambdas/rest-api/channel-store.ts';"],
      ['console/client/a.ts', "import type { LocalWorld } from '../../local/world.ts';"],
      ['console/client/a.ts', "import { randomUUID } from 'node:crypto';"],
      ['console/client/a.ts', "import WebSocket from 'ws';"],
      ['console/page/a.ts', 'await import(name);'],
    ],
    fine: [
      ['console/page/a.ts', "import { createClient } from '../client/create-client.ts';"],
      ['console/client/a.ts', "import type { PublishedMessage } from '../../lambdas/shared/delivery/message.ts';"],
    ],
  },
  {
    sentence: 'SDK clients and database drivers appear only in dependencies.ts, *-store.ts and shared/',
    rule: rules.clientsStayAtTheEdge,
    least: 40,
    broken: [
      ['lambdas/enrichment/enrich-batch.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
      ['lambdas/enrichment/enrich-events.handler.ts', "const { S3Client } = await import('@aws-sdk/client-s3');"],
      ['lambdas/enrichment/restore.ts', "import pg from 'pg';"],
    ],
    fine: [
      ['lambdas/enrichment/enrich-batch.ts', "import type { Client } from 'pg';"],
      ['lambdas/enrichment/dependencies.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
      ['lambdas/enrichment/event-store.ts', "import pg from 'pg';"],
      ['lambdas/shared/database/connection.ts', "import pg from 'pg';"],
    ],
  },
  {
    sentence: 'no file only hands on what others export',
    rule: rules.noBarrels,
    least: 160,
    broken: [
      ['lambdas/shared/errors/index.ts', "export { PlatformError } from './platform-error.ts';"],
      ['lambdas/shared/errors/all.ts', "export * from './platform-error.ts';"],
    ],
  },
];

const tree = readSourceTree();
const manifest = {
  path: 'package.json',
  text: '{ "dependencies": { "pg": "8" }, "devDependencies": { "vitest": "5" } }',
};
const planted = (path: string, text: string): SourceFile[] => [manifest, { path, text: `\n${text}\n` }];

describe.each(cases)('$sentence', ({ rule, least, broken, fine = [] }) => {
  it('holds', () => {
    expect(rule(tree).violations).toEqual([]);
  });

  it(`has looked at ${least} modules or more`, () => {
    expect(rule(tree).examined).toBeGreaterThanOrEqual(least);
  });

  it.each(broken)('is seen to fail: %s with %s', (path, text) => {
    expect(rule(planted(path, text)).violations).toEqual([expect.stringMatching(`^${path}`)]);
  });

  it.each(fine)('allows: %s with %s', (path, text) => {
    expect(rule(planted(path, text))).toEqual({ examined: 1, violations: [] });
  });
});

it('covers every rule there is', () => {
  expect(cases.map(({ rule }) => rule)).toEqual(expect.arrayContaining(Object.values(rules)));
});
