import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Message } from '../../../../console/page/messages.ts';
import { simulatedLetters } from './simulated-letters.ts';
import { simulateMessages } from './simulated-messages.ts';

/** Of a channel; what is older is gone. */
const mostKept = 500;

interface Subscription {
  readonly socket: WebSocket;
  readonly id: string;
  readonly pattern: string;
}

const matches = (pattern: string, channel: string): boolean =>
  pattern.endsWith('/*') ? channel.startsWith(pattern.slice(0, -1)) : channel === pattern;

const isLatest = (channel: string): boolean => /^(match.positions|market)/.test(channel);

/**
 * The public protocols of the platform as the page meets them, fed by the simulator, in the test's own process: push as
 * AppSync Events does it, tokens, resume and dead letters. For looks and behaviour of the page; the real services have
 * tests of their own.
 */
export const startSimulatedPlatform = async () => {
  const letters = simulatedLetters();
  const sent = new Map<string, Message[]>();
  let subscriptions: Subscription[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://platform');
    const say = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (pathname === '/oauth2/token')
      return say(200, { access_token: 'token', token_type: 'Bearer', expires_in: 3600 });
    if (request.headers.authorization !== 'Bearer token') return say(401, { message: 'Unauthorized' });
    if (pathname === '/v1/dead-letters') return say(200, { deadLetters: letters.list(), more: false });
    const [, , kind, ...rest] = pathname.split('/').map(decodeURIComponent);
    if (kind === 'dead-letters') {
      const found = letters.find(rest.join('/'));
      return found ? say(200, found) : say(404, { message: 'id: no dead letter has it' });
    }
    const channel = rest[0]?.replaceAll('.', '/') ?? '';
    const messages = sent.get(channel) ?? [];
    if (messages.length === 0) return say(404, { error: 'not-found', message: 'channel: nothing was sent to it' });
    const newest = messages.at(-1)?.number ?? 0;
    const missed = messages.filter(({ number }) => number > Number(searchParams.get('after')));
    const snapshot = { number: newest, events: missed.slice(-1).flatMap(({ events }) => events) };
    const delivered = isLatest(channel) ? { delivery: 'latest', snapshot } : { delivery: 'each', messages: missed };
    say(200, { channel, oldest: messages[0]?.number, newest, given: newest, ...delivered, more: false });
  });
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'aws-appsync-event-ws' });
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => {
      const { type, id, channel } = JSON.parse((data as Buffer).toString('utf8')) as Record<string, string>;
      if (type === 'connection_init')
        socket.send(JSON.stringify({ type: 'connection_ack', connectionTimeoutMs: 300_000 }));
      if (type !== 'subscribe' || id === undefined || channel === undefined) return;
      subscriptions.push({ socket, id, pattern: channel.replace(/^\//, '') });
      socket.send(JSON.stringify({ type: 'subscribe_success', id }));
    });
    socket.on('close', () => {
      subscriptions = subscriptions.filter((subscription) => subscription.socket !== socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  let isRunning = true;
  const push = (channel: string, events: Message['events']): void => {
    const kept = sent.get(channel) ?? [];
    const message: Message = { channel, number: (kept.at(-1)?.number ?? 0) + 1, events };
    sent.set(channel, kept);
    kept.push(message);
    if (kept.length > mostKept) kept.shift();
    for (const { socket, id, pattern } of subscriptions)
      if (matches(pattern, message.channel))
        socket.send(JSON.stringify({ type: 'data', id, event: [JSON.stringify(message)] }));
  };
  const simulation = simulateMessages((channel, events) => {
    if (isRunning) push(channel, events);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    letters,
    /** Nothing is pushed any more, as when the relay stands. */
    freeze: (): void => {
      isRunning = false;
    },
    thaw: (): void => {
      isRunning = true;
    },
    /** Cuts every connection; they may come again. */
    cut: (): void => {
      for (const socket of sockets.clients) socket.terminate();
    },
    stop: async (): Promise<void> => {
      simulation.stop();
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
export type SimulatedPlatform = Awaited<ReturnType<typeof startSimulatedPlatform>>;
