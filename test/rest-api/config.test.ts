import { describe, expect, it } from 'vitest';
import { readDeadLettersConfig, readMessagesConfig } from '../../lambdas/rest-api/config.ts';
import { connectDeadLetters, connectMessages } from '../../lambdas/rest-api/dependencies.ts';

const messages = {
  AWS_REGION: 'eu-west-1',
  DATABASE_HOST: '127.0.0.1',
  DATABASE_PORT: '5432',
  DATABASE_NAME: 'millrace',
  DATABASE_USER: 'rest_api_messages',
};
const letters = { DEAD_LETTER_TABLE: 'dead-letters', SOURCES: 'market,social' };

describe('the settings of the functions behind the REST API', () => {
  it('are read, and connect to nothing before the first request', () => {
    expect(readMessagesConfig(messages)).toEqual({ ...messages, DATABASE_PORT: 5432 });
    expect(connectMessages(readMessagesConfig(messages)).channels).toBeDefined();
    expect(connectDeadLetters(readDeadLettersConfig(letters)).sources).toEqual(['market', 'social']);
  });

  it.each(Object.keys(messages))('must have %s', (name) => {
    expect(() => readMessagesConfig({ ...messages, [name]: undefined })).toThrow(`${name} is missing`);
  });

  it.each(Object.keys(letters))('must have %s', (name) => {
    expect(() => readDeadLettersConfig({ ...letters, [name]: undefined })).toThrow(`${name} is missing`);
  });

  it('must name sources, none of them empty', () => {
    expect(() => readDeadLettersConfig({ ...letters, SOURCES: 'market,' })).toThrow('SOURCES is wrong');
  });
});
