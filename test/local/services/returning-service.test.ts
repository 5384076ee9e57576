import { describe, expect, it } from 'vitest';
import { createReturning, type Endable } from '../../../local/services/returning-service.ts';

/** A service that notes what is done to it; `die` ends it as nobody wanted. */
const serviceOf = (name: string, log: string[]) => {
  const { promise: ended, resolve: die } = Promise.withResolvers<void>();
  const end = (how: string) => async (): Promise<void> => {
    log.push(`${how} ${name}`);
    die();
  };
  return { port: 4_567, ended, crash: end('crash'), stop: end('stop'), die };
};

const start = (again: (port: number, log: string[]) => Promise<Endable>, patienceMs = 1_000) => {
  const log: string[] = [];
  const first = serviceOf('first', log);
  const failed = Promise.withResolvers<Error>();
  const failures: Error[] = [];
  const service = createReturning<Endable>(first, {
    what: 'the thing',
    start: (port) => again(port, log),
    fail: (error) => {
      failures.push(error);
      failed.resolve(error);
    },
    patienceMs,
  });
  return { log, first, service, failures, failed: failed.promise };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a service that is taken away and brought back', () => {
  it('crashes, comes back on its port, and neither is a failure', async () => {
    const ports: number[] = [];
    const { service, log, failures } = start(async (port, lines) => {
      ports.push(port);
      return serviceOf('second', lines);
    });
    await service.takeAway();
    await service.takeAway();
    await service.bringBack();
    await service.bringBack();
    await service.stop();
    await turn();
    expect(log).toEqual(['crash first', 'stop second']);
    expect(ports).toEqual([4_567]);
    expect(failures).toEqual([]);
  });

  it('is stopped where it cannot crash', async () => {
    const log: string[] = [];
    const { crash: _, ...first } = serviceOf('first', log);
    const service = createReturning<Endable>(first, {
      what: 'the thing',
      start: () => Promise.reject(new Error('not asked for')),
      fail: () => {},
    });
    await service.takeAway();
    expect(log).toEqual(['stop first']);
  });

  it.each(['first', 'second'])('has failed when the %s ends and nobody wanted it to', async (which) => {
    const second = serviceOf('second', []);
    const { service, first, failed } = start(async () => second);
    if (which === 'second') {
      await service.takeAway();
      await service.bringBack();
      second.die();
    } else first.die();
    expect((await failed).message).toBe('the thing has ended by itself');
  });

  it('is tried again while its port is still taken', async () => {
    let attempts = 0;
    const { service, failures } = start(async (_, log) => {
      attempts += 1;
      if (attempts < 3) throw new Error('EADDRINUSE');
      return serviceOf('second', log);
    });
    await service.takeAway();
    await service.bringBack();
    expect(attempts).toBe(3);
    expect(failures).toEqual([]);
  });

  it('has failed, with its last words, when it does not come back', async () => {
    const { service, failures } = start(() => Promise.reject(new Error('no space left')), 300);
    await service.takeAway();
    await expect(service.bringBack()).rejects.toThrow('the thing did not come back: no space left');
    expect(failures.map(({ message }) => message)).toEqual(['the thing did not come back: no space left']);
    await service.stop();
  });

  it('is stopped for good while it is on its way back', async () => {
    const { promise, resolve } = Promise.withResolvers<Endable>();
    const { service, log } = start(() => promise);
    await service.takeAway();
    const back = service.bringBack();
    await turn();
    const stopped = service.stop();
    resolve(serviceOf('second', log));
    await Promise.all([back, stopped]);
    expect(log).toEqual(['crash first', 'stop second']);
  });

  it('gives up coming back when it is stopped', async () => {
    const { service, failures } = start(() => Promise.reject(new Error('not yet')), 60_000);
    await service.takeAway();
    const back = service.bringBack();
    await turn();
    await service.stop();
    await back;
    expect(failures).toEqual([]);
  });
});
