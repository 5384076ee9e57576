import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Stack } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../lib/app.ts';
import { environmentNames } from '../../lib/config/environment.ts';
import { sources } from '../../lib/config/sources.ts';
import { runbookPath, runbooks } from '../../lib/config/runbooks.ts';
import { composePlatform } from '../../lib/platform.ts';
import { synthesized } from './synthesized.ts';

const root = new URL('../../', import.meta.url);

describe.each(environmentNames)('the platform in %s', (environment) => {
  const platform = synthesized(environment);
  const named = (type: string) =>
    platform.ofType(type).map((resource) => [`${resource.stack}/${resource.logicalId}`, resource] as const);
  /** CDK's own function that runs triggers is not ours to shape. */
  const functions = named('AWS::Lambda::Function').filter(
    ([, { Properties }]) => Properties.Handler === 'index.handler',
  );

  it('is the foundation and the stacks that depend on it', () => {
    expect(platform.stacks.map(({ name }) => name)).toEqual([
      `millrace-${environment}-foundation`,
      // None of these needs another of them.
      `millrace-${environment}-delivery`,
      `millrace-${environment}-enrichment`,
      `millrace-${environment}-operations`,
      `millrace-${environment}-rest-api`,
    ]);
    const [foundation, ...others] = platform.stacks;
    expect(foundation?.dependsOn).not.toContain(others[0]?.name);
    for (const stack of others) expect(stack.dependsOn).toContain(foundation?.name);
  });

  it('has a function per source, and those that keep the platform going', () => {
    expect(functions.map(([, { Properties }]) => Properties.FunctionName as string).sort()).toEqual([
      `millrace-${environment}-delivery-delete-published`,
      `millrace-${environment}-delivery-relay-messages`,
      `millrace-${environment}-delivery-sweep-channels`,
      ...Object.keys(sources)
        .sort()
        .map((source) => `millrace-${environment}-enrichment-${source}`),
      `millrace-${environment}-operations-check-readiness`,
      `millrace-${environment}-operations-keep-holds`,
      `millrace-${environment}-operations-migrate-database`,
      `millrace-${environment}-operations-prepare-partitions`,
      `millrace-${environment}-operations-take-in-given-up`,
      `millrace-${environment}-operations-take-in-parked`,
      `millrace-${environment}-rest-api-read-dead-letters`,
      `millrace-${environment}-rest-api-read-messages`,
    ]);
  });

  it.each(functions)('%s runs on arm64 and Node 24, bounded in number, time and memory', (_, { Properties }) => {
    expect(Properties).toMatchObject({ Architectures: ['arm64'], Runtime: 'nodejs24.x' });
    expect(Properties.ReservedConcurrentExecutions).toBeGreaterThan(0);
    expect(Properties.Timeout).toBeGreaterThanOrEqual(15);
    expect(Properties.MemorySize).toBeGreaterThanOrEqual(256);
    expect(Properties.Description).not.toBe('');
  });

  it.each(functions)('%s is in the network, trusts RDS, and writes a log of its own that ends', (_, resource) => {
    const { Properties, stack } = resource;
    expect(Properties.VpcConfig.SubnetIds).toHaveLength(2);
    expect(Properties.Environment.Variables.NODE_EXTRA_CA_CERTS).toBe('/var/runtime/ca-cert.pem');
    const log = platform.resources.find(
      ({ logicalId, stack: other }) => other === stack && logicalId === Properties.LoggingConfig.LogGroup.Ref,
    );
    expect(log?.Properties.LogGroupName).toBe(`/aws/lambda/${Properties.FunctionName}`);
  });

  it.each(named('AWS::Logs::LogGroup'))('%s keeps logs for a time', (_, { Properties }) => {
    expect(Properties.RetentionInDays).toBeGreaterThan(0);
  });

  it('gives every function a role, and every role one function', () => {
    const roles = functions.map(([, { Properties, stack }]) => `${stack}/${Properties.Role['Fn::GetAtt'][0]}`);
    expect(new Set(roles).size).toBe(functions.length);
  });

  it('lets nothing out of the network but what is named', () => {
    for (const [, { Properties }] of named('AWS::EC2::SecurityGroup')) {
      for (const rule of Properties.SecurityGroupEgress ?? []) expect(rule.IpProtocol).not.toBe('-1');
      expect(Properties.SecurityGroupIngress ?? []).toEqual([]);
    }
    for (const [, { Properties }] of named('AWS::EC2::SecurityGroupIngress')) {
      expect(Properties.SourceSecurityGroupId).toBeDefined();
      expect(Properties.CidrIp).toBeUndefined();
    }
  });

  it.each(named('AWS::CloudWatch::Alarm'))('%s says who is hurt, and leads to a page that exists', (_, alarm) => {
    const { AlarmName, AlarmDescription, AlarmActions, OKActions } = alarm.Properties;
    expect(AlarmName).toMatch(new RegExp(`^millrace-${environment}-(enrichment|delivery|rest-api|operations)-`));
    const page = /^\S.*\. What to do: (docs\/runbooks\/[a-z-]+\.md)$/.exec(AlarmDescription)?.[1];
    expect(runbooks.map((runbook) => runbookPath(runbook))).toContain(page);
    expect(AlarmActions).toHaveLength(1);
    expect(OKActions).toEqual(AlarmActions);
  });

  it('has an alarm for every runbook', () => {
    const texts = platform
      .ofType('AWS::CloudWatch::Alarm')
      .map(({ Properties }) => Properties.AlarmDescription as string);
    for (const runbook of runbooks) expect(texts.filter((text) => text.endsWith(runbookPath(runbook)))).not.toEqual([]);
  });

  it('is tagged', () => {
    const tags = platform.ofType('AWS::Kinesis::Stream')[0]?.Properties.Tags;
    expect(tags).toContainEqual({ Key: 'platform', Value: 'millrace' });
    expect(tags).toContainEqual({ Key: 'environment', Value: environment });
  });
});

describe('cdk-nag', () => {
  it('fails the synthesis for a finding that nobody has acknowledged', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'millrace-nag-'));
    try {
      const app = createApp({ 'aws:cdk:bundling-stacks': [] }, outdir);
      composePlatform(app, 'dev');
      const careless = new Queue(new Stack(app, 'Careless'), 'Queue');
      expect(() => app.synth()).toThrow(/AwsSolutions-SQS4[^]*Serverless-SQSRedrivePolicy/);
      const report = readFileSync(join(outdir, 'validation-report.json'), 'utf8');
      expect(report).toContain(careless.node.path);
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  });
});

describe('runbooks', () => {
  it('are exactly the pages that alarms lead to', () => {
    const pages = readdirSync(new URL('docs/runbooks/', root)).map((file) => `docs/runbooks/${file}`);
    expect(pages.sort()).toEqual(runbooks.map((runbook) => runbookPath(runbook)).sort());
  });

  it.each(runbooks)('%s says what it means, who is affected, where to look, what to do, how to confirm', (runbook) => {
    const text = readFileSync(new URL(runbookPath(runbook), root), 'utf8');
    const headings = text.split('\n').flatMap((line) => /^## (.+)$/.exec(line)?.[1] ?? []);
    expect(headings).toEqual(['What it means', 'Who is affected', 'Look here', 'Do this', 'How to confirm']);
  });
});

describe('the CDK app', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'millrace-app-'));
  const start = (context: Record<string, unknown>) =>
    spawnSync(process.execPath, ['bin/platform.ts'], {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
    });
  let synthesis: ReturnType<typeof start>;
  beforeAll(() => {
    synthesis = start({ env: 'local' });
  });
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));

  it.each([[{}], [{ env: 'test' }]])('names the environments when started with %j, and stops', (context) => {
    const { status, stderr } = start(context);
    expect(status).toBe(1);
    expect(stderr).toMatch(/: pass -c env=<name>, one of local, dev, staging, prod\n$/);
    expect(stderr).not.toContain(' at ');
  });

  it('synthesizes without the command line, an account or a network', () => {
    expect(synthesis.stderr).not.toContain('ERROR');
    expect(synthesis.status).toBe(0);
    expect(readdirSync(outdir).filter((file) => file.endsWith('.template.json'))).toHaveLength(5);
  });

  it('bundles each handler so that Node loads it, the migrations beside the one that needs them', () => {
    const bundles = readdirSync(outdir)
      .filter((file) => file.startsWith('asset.'))
      .map((file) => ({ file, content: readdirSync(join(outdir, file)).sort() }))
      .filter(({ content }) => content.includes('index.mjs'));
    expect(bundles.map(({ content }) => content.join(' ')).sort()).toEqual([
      ...Array.from({ length: 11 }, () => 'index.mjs'),
      'index.mjs migrations',
    ]);
    for (const { file } of bundles) execFileSync(process.execPath, ['--check', join(outdir, file, 'index.mjs')]);
  });
});
