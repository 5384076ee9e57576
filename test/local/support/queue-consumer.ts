import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createFunctionHost, type RunningFunctions } from '../../../local/runtime/function-host.ts';
import { createMetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';
import type { FunctionSpec, QueueMapping } from '../../../local/world.ts';

/**
 * A function that does what a message's body says, and writes a line for each it was given: `<ms> <body> <count>`.
 */
const bundle = `
import { appendFileSync } from 'node:fs';
const say = (text) => appendFileSync(process.env.SEEN, Date.now() + ' ' + text + '\\n');
export const handler = async ({ Records }) => {
  for (const { body, attributes } of Records) say(body + ' ' + attributes.ApproximateReceiveCount);
  const has = (word) => Records.some(({ body }) => body.startsWith(word));
  if (has('crash')) process.exit(1);
  if (has('throw')) throw new Error('on purpose');
  if (has('hang')) await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (has('slow')) await new Promise((resolve) => setTimeout(resolve, 300));
  if (has('foreign')) return { batchItemFailures: [{ itemIdentifier: 'of-another-batch' }] };
  if (has('garbled')) return 'not an answer';
  return {
    batchItemFailures: Records.filter(({ body }) => body.startsWith('fail')).map(({ messageId }) => ({ itemIdentifier: messageId })),
  };
};`;

export interface Seen {
  readonly at: number;
  readonly body: string;
  readonly count: number;
}

export interface Consumer {
  readonly functions: RunningFunctions;
  readonly metrics: ReturnType<typeof createMetricsStore>;
  readonly define: (overrides?: Partial<FunctionSpec>) => FunctionSpec;
  /** Every message that the function was given, in order. */
  readonly seen: () => Promise<Seen[]>;
}

/** Runs that function in processes of its own, as the local run does. */
export const startConsumer = async (dir: string): Promise<Consumer> => {
  const codeDir = join(dir, 'bundle');
  await mkdir(codeDir, { recursive: true });
  await writeFile(join(codeDir, 'index.mjs'), bundle);
  const metrics = createMetricsStore();
  const functions = createFunctionHost({
    environment: ({ environment }) => environment,
    metrics,
    logDir: join(dir, 'logs'),
  });
  const log = join(dir, 'seen.log');
  const lines = async (): Promise<string[]> =>
    (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  return {
    functions,
    metrics,
    define: (overrides = {}) => {
      const spec: FunctionSpec = {
        name: 'consumer',
        arn: 'arn:aws:lambda:eu-west-1:000000000000:function:consumer',
        codeDir,
        handler: 'index.handler',
        environment: { SEEN: log, PATH: process.env['PATH'] ?? '' },
        timeoutMs: 1_000,
        memoryMb: 256,
        ...overrides,
      };
      functions.define(spec);
      return spec;
    },
    seen: async () =>
      (await lines()).map((line) => {
        const [at = '', body = '', count = ''] = line.split(' ');
        return { at: Number(at), body, count: Number(count) };
      }),
  };
};

export const queueMapping = (queue: string, overrides: Partial<QueueMapping> = {}): QueueMapping => ({
  uuid: `mapping-${queue}`,
  functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:consumer',
  queueArn: `arn:aws:sqs:eu-west-1:000000000000:${queue}`,
  enabled: true,
  batchSize: 10,
  batchingWindowMs: 0,
  reportBatchItemFailures: true,
  visibilityMs: 30_000,
  ...overrides,
});

/** Stands in front of a service, so that a test can take it away: connections are refused, as of a process that is gone. */
export interface Detour {
  readonly endpoint: string;
  readonly takeAway: () => Promise<void>;
  readonly bringBack: () => Promise<void>;
}

export const startDetour = async (target: string): Promise<Detour> => {
  const sockets = new Set<Socket>();
  const pass = (socket: Socket): void => {
    const onward = connect(Number(new URL(target).port), '127.0.0.1');
    for (const [end, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => {
        sockets.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  };
  let server: Server | undefined;
  const listen = async (port: number): Promise<number> => {
    const listening = createServer(pass).listen(port, '127.0.0.1');
    await once(listening, 'listening');
    server = listening;
    return (listening.address() as AddressInfo).port;
  };
  const port = await listen(0);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    takeAway: async () => {
      if (!server?.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    bringBack: async () => void (await listen(port)),
  };
};
