/** A process of many WebSocket clients: says when all are subscribed, and at the end what each got. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface ClientsTask {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly token: string;
  readonly clients: number;
  readonly channel: string;
  /** Frames each of them is to get. */
  readonly frames: number;
}

export interface ClientsFigures {
  readonly subscribedMs: number;
  /** Of every frame: from `at` in the event to its arrival, milliseconds. */
  readonly latencies: readonly number[];
  readonly complete: number;
}

/** As many handshakes at once as a browser farm would not mind. */
const atOnce = 50;

const subscribeOne = async ({ url, protocols, token, channel }: ClientsTask, onEvent: (at: number) => void) => {
  const socket = new WebSocket(url, [...protocols]);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'subscribe', id: 's', channel, authorization: { Authorization: token } }));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.on('message', (data: Buffer) => {
    const { type, event = '' } = JSON.parse(data.toString()) as { type: string; event?: string };
    if (type === 'data') onEvent((JSON.parse(event) as { at: number }).at);
    else if (type === 'subscribe_success') resolve();
    else if (type !== 'ka') reject(new Error(data.toString()));
  });
  await promise;
  return socket;
};

const run = async (task: ClientsTask): Promise<void> => {
  const latencies: number[] = [];
  const got = Array.from({ length: task.clients }, () => 0);
  const began = performance.now();
  const sockets: WebSocket[] = [];
  for (let first = 0; first < task.clients; first += atOnce) {
    const group = Array.from({ length: Math.min(atOnce, task.clients - first) }, (_, index) =>
      subscribeOne(task, (at) => {
        latencies.push(performance.timeOrigin + performance.now() - at);
        got[first + index] = (got[first + index] ?? 0) + 1;
      }),
    );
    sockets.push(...(await Promise.all(group)));
  }
  const subscribedMs = performance.now() - began;
  process.send?.({ subscribed: true });
  await once(process, 'message'); // all is published
  const deadline = performance.now() + 10_000;
  while (got.some((count) => count < task.frames) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const complete = got.filter((count) => count === task.frames).length;
  const figures: ClientsFigures = { subscribedMs, latencies, complete };
  process.send?.(figures, () => process.exit(0));
};

process.once('message', (task: ClientsTask) => void run(task));
process.on('disconnect', () => process.exit(1));
