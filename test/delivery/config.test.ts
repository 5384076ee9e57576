import { describe, expect, it } from 'vitest';
import { readDeletionConfig, readRelayConfig, readSweepConfig } from '../../lambdas/delivery/config.ts';

const database = {
  AWS_REGION: 'eu-west-1',
  DATABASE_HOST: 'localhost',
  DATABASE_PORT: '5432',
  DATABASE_NAME: 'millrace',
  DATABASE_USER: 'delivery_relay',
};
const relay = {
  ENVIRONMENT: 'test',
  ...database,
  EVENTS_HTTP_DNS: 'localhost:4443',
  LEASE_SECONDS: '15',
  WAKE_QUEUE_URL: 'https://sqs/wake',
  PARKED_QUEUE_URL: 'https://sqs/parked',
  DEAD_LETTER_BUCKET: 'dead-letters',
};

describe('the environment of the delivery functions', () => {
  it('is read into numbers where it is numbers', () => {
    expect(readRelayConfig(relay)).toMatchObject({ DATABASE_PORT: 5432, LEASE_SECONDS: 15 });
    expect(readSweepConfig({ ...database, ENVIRONMENT: 'test', WAKE_QUEUE_URL: 'https://sqs/wake' })).toMatchObject({
      DATABASE_PORT: 5432,
    });
    const keep = { KEEP_EACH_HOURS: '24', KEEP_LATEST_HOURS: '1' };
    expect(readDeletionConfig({ ...database, ...keep })).toMatchObject({ KEEP_EACH_HOURS: 24, KEEP_LATEST_HOURS: 1 });
  });

  it('is refused by the names of what is missing or wrong', () => {
    expect(() => readRelayConfig({ ...relay, LEASE_SECONDS: '0', EVENTS_HTTP_DNS: undefined })).toThrow(
      /EVENTS_HTTP_DNS is missing.*LEASE_SECONDS is wrong/,
    );
    expect(() => readSweepConfig(database)).toThrow('WAKE_QUEUE_URL is missing');
    expect(() => readDeletionConfig(database)).toThrow('KEEP_EACH_HOURS is missing');
  });
});
