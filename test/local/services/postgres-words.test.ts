import { describe, expect, it } from 'vitest';
import { listenToServer } from '../../../local/services/postgres-words.ts';

const never = new Promise<number>(() => {});

describe('a starting PostgreSQL', () => {
  it('is ready when it says so', async () => {
    const words = listenToServer();
    words.onLine('LOG:  database system is ready to accept connections');
    await expect(words.untilReady(never)).resolves.toBeUndefined();
  });

  it('that ends first is an error with its last words', async () => {
    const words = listenToServer();
    for (let n = 0; n < 30; n += 1) words.onLine(`line ${n}`);
    await expect(words.untilReady(Promise.resolve(1))).rejects.toThrow(
      'PostgreSQL ended with status 1: line 27 | line 28 | line 29',
    );
  });

  it('that takes too long is an error, too', async () => {
    await expect(listenToServer(20).untilReady(never)).rejects.toThrow('PostgreSQL was not ready after 0.02 s');
  });
});
