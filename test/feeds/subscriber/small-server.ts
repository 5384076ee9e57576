import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export interface SmallServer {
  readonly url: string;
  /** What connections offered, and what they said. */
  readonly offered: string[][];
  readonly heard: { type: string; id?: string; channel?: string; authorization?: unknown }[];
  /** Sends an event to whoever has subscribed with this id. */
  readonly push: (id: string, text: string) => void;
  /** Says anything to all. */
  readonly say: (text: string) => void;
  readonly cutAll: () => void;
  readonly stop: () => Promise<void>;
}

/** How a server differs from one that does as documented. */
export interface Oddities {
  readonly timeoutMs?: number;
  readonly refuses?: string;
  readonly silent?: boolean;
}

/** As much of AppSync Events as a subscriber meets; the real local one is tried in the local tier. */
export const startSmallServer = async ({
  timeoutMs = 60_000,
  refuses,
  silent = false,
}: Oddities = {}): Promise<SmallServer> => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'aws-appsync-event-ws' });
  await once(server, 'listening');
  const sockets = new Set<WebSocket>();
  const offered: string[][] = [];
  const heard: SmallServer['heard'] = [];
  server.on('connection', (socket, request) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    offered.push((request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim()));
    socket.on('message', (data: Buffer) => {
      const said = JSON.parse(data.toString('utf8')) as SmallServer['heard'][number];
      heard.push(said);
      if (silent) return;
      const answer = (what: object): void => socket.send(JSON.stringify(what));
      if (said.type === 'connection_init') answer({ type: 'connection_ack', connectionTimeoutMs: timeoutMs });
      else if (said.channel === refuses)
        answer({ type: 'subscribe_error', id: said.id, errors: [{ errorType: 'Unauthorized' }] });
      else if (said.type === 'subscribe') answer({ type: 'subscribe_success', id: said.id });
    });
  });
  const say = (text: string): void => sockets.forEach((socket) => socket.send(text));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/event/realtime`,
    offered,
    heard,
    push: (id, text) => say(JSON.stringify({ type: 'data', id, event: [text] })),
    say,
    cutAll: () => sockets.forEach((socket) => socket.terminate()),
    stop: async () => {
      for (const socket of sockets) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
