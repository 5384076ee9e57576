import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTelemetry } from '../../../lambdas/shared/telemetry/batch-telemetry.ts';

interface Emf {
  readonly _aws: { readonly CloudWatchMetrics: { readonly Namespace: string; readonly Dimensions: string[][] }[] };
  readonly [name: string]: unknown;
}

/** What a function prints is its interface to CloudWatch: the lines are read back here as CloudWatch reads them. */
let lines: string[];
beforeEach(() => {
  lines = [];
  // Powertools writes through a console of its own in Lambda, and through this one elsewhere.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false'); // which the line above would do
  for (const level of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: unknown) => void lines.push(String(line)));
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Powertools says in plain words that there is nothing to publish; every other line is JSON. */
const metrics = (): Emf[] =>
  lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Emf)
    .filter((line) => '_aws' in line);

describe('telemetry', () => {
  it('prints the counts of a batch once, with the source as dimension', () => {
    const telemetry = createTelemetry('enrichment', 'market');
    telemetry.count('Stored', 5);
    telemetry.duration('Lag', 12.5);
    telemetry.publish();
    telemetry.publish();
    expect(metrics().filter((line) => line['Stored'] !== undefined)).toMatchObject([
      {
        Stored: 5,
        Lag: 12.5,
        source: 'market',
        service: 'enrichment',
        _aws: { CloudWatchMetrics: [{ Namespace: 'Millrace' }] },
      },
    ]);
  });

  it('prints one metric a reason, summed over the batch', () => {
    const telemetry = createTelemetry('enrichment', 'market');
    telemetry.countByReason('Rejected', 'undecodable', 2);
    telemetry.countByReason('Rejected', 'undecodable', 3);
    telemetry.countByReason('Rejected', 'conflict', 1);
    telemetry.publish();
    telemetry.publish();
    expect(metrics().map(({ reason, Rejected, source }) => ({ reason, Rejected, source }))).toEqual([
      { reason: 'undecodable', Rejected: 5, source: 'market' },
      { reason: 'conflict', Rejected: 1, source: 'market' },
    ]);
  });

  it('logs as JSON with the facts it was given', () => {
    const telemetry = createTelemetry('enrichment', 'market');
    telemetry.info('ready', {});
    telemetry.warn('records rejected', { reason: 'conflict', count: 2 });
    telemetry.error('down', {});
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 'INFO', message: 'ready', source: 'market' },
      { level: 'WARN', message: 'records rejected', reason: 'conflict', count: 2, service: 'enrichment' },
      { level: 'ERROR', message: 'down' },
    ]);
  });
});
