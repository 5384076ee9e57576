import { describe, expect, it } from 'vitest';
import type { BatchResult, RecordResult } from '../../lambdas/enrichment/enrich-batch.ts';
import { report } from '../../lambdas/enrichment/report.ts';
import { RejectedRecordError, UnavailableError } from '../../lambdas/shared/errors/platform-error.ts';
import type { Telemetry } from '../../lambdas/shared/telemetry/batch-telemetry.ts';
import { morning, record } from '../support/events.ts';

const rejected = (reason: 'undecodable' | 'conflict'): RecordResult => ({
  kind: 'rejected',
  error: new RejectedRecordError(reason, 'decode', `why ${reason}`),
  correlationId: `c-${reason}`,
});
const unfinished: RecordResult = { kind: 'unfinished', error: new UnavailableError('store', 'down') };

const reportOf = (results: readonly RecordResult[]) => {
  const metrics: Record<string, number> = {};
  const lines: Record<string, unknown>[] = [];
  const telemetry: Telemetry = {
    count: (metric, value) => (metrics[metric] = value),
    countByReason: (metric, reason, value) => (metrics[`${metric}/${reason}`] = value),
    duration: (metric, value) => (metrics[metric] = value),
    info: () => {},
    warn: (message, facts) => lines.push({ message, ...facts }),
    error: () => {},
    publish: () => {},
  };
  const records = results.map((_, n) => record(n));
  const resumeFrom = records[results.findIndex(({ kind }) => kind === 'unfinished')];
  const result: BatchResult = { records: results, resumeFrom };
  report(telemetry, records, result, morning / 1000, morning / 1000 + 50);
  return { metrics, lines };
};

describe('the report of a batch', () => {
  it('counts what became of its records, by reason where there is one', () => {
    const { metrics } = reportOf([
      { kind: 'stored' },
      { kind: 'duplicate' },
      rejected('conflict'),
      rejected('undecodable'),
      rejected('conflict'),
      unfinished,
    ]);
    expect(metrics).toEqual({
      EventsIn: 6,
      Stored: 1,
      Duplicates: 1,
      'Rejected/conflict': 2,
      'Rejected/undecodable': 1,
      'Unfinished/store': 1,
      BatchDuration: 50,
      Lag: 50,
    });
  });

  it('writes one line a reason, with the first record it befell', () => {
    const { lines } = reportOf([{ kind: 'stored' }, rejected('conflict'), rejected('conflict'), unfinished]);
    expect(lines).toEqual([
      {
        message: 'records rejected',
        reason: 'conflict',
        count: 2,
        firstPosition: 'millrace-test-market/shardId-000000000000/1001',
        correlationId: 'c-conflict',
        cause: 'why conflict',
      },
      {
        message: 'records not finished',
        reason: 'store',
        count: 1,
        firstPosition: 'millrace-test-market/shardId-000000000000/1003',
        correlationId: null,
        cause: 'down',
      },
      { message: 'batch to be resumed', from: 'millrace-test-market/shardId-000000000000/1003' },
    ]);
  });

  it('writes nothing when all is stored', () => {
    expect(reportOf([{ kind: 'stored' }]).lines).toEqual([]);
  });
});
