import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { PublishFault } from '../../world.ts';
import { tokenCheck } from './authorize.ts';
import type { Channel } from './channel.ts';
import { readConfiguration, type Configuration } from './configuration.ts';
import { errorsOf, serveConnection, type ConnectionLimits, type Listener, type Realtime } from './connection.ts';
import { authorizeConnection, chosenProtocol, realtimePath } from './handshake.ts';
import { answerHttp } from './http-publish.ts';
import { listenOnOnePort } from './one-port.ts';
import { mostCallBytes } from './publish.ts';
import { createSubscriptions } from './subscriptions.ts';

export interface EventsServer {
  readonly port: number;
  /** Reads the configuration again: what was deployed since is served from now on. */
  configure(): Promise<void>;
  fail(faults: readonly PublishFault[]): void;
  /** How many subscriptions stand, of all connections. */
  subscriptions(): number;
  stop(): Promise<void>;
}

export interface EventsServerOptions {
  readonly configurationFile: string;
  /** 0 for one that the system hands out. */
  readonly port: number;
  readonly limits?: Partial<ConnectionLimits>;
  readonly now?: () => number;
}

const minute = 60_000;
/** AppSync's figures, and for what a client leaves unread ours: four of the largest publishes. */
const usualLimits: ConnectionLimits = {
  keepAliveMs: minute,
  mostMs: 24 * 60 * minute,
  mostUnreadBytes: 4 * mostCallBytes,
};
/** A connection that is refused has this long to hear why. */
const goodbyeMs = 1_000;

const turnAway = (socket: Duplex, status: string): void =>
  void socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);

/**
 * A browser says whose page asks, and lets every page ask: one from the internet is not to read the run. Ours comes
 * through its own server, without an origin; some clients that are no browser say the address that they connect to.
 */
const isOurOrigin = (origin: string | undefined, hosts: readonly string[]): boolean =>
  origin === undefined || hosts.some((host) => origin === `http://${host}` || origin === `https://${host}`);

/** AppSync Events: publishing over HTTP, subscribing over WebSocket, with TLS and without on one port. */
export const startEventsServer = async (options: EventsServerOptions): Promise<EventsServer> => {
  const { configurationFile, now = Date.now } = options;
  const limits = { ...usualLimits, ...options.limits };
  let configuration: Configuration = await readConfiguration(configurationFile);
  let check = tokenCheck(configuration, now);
  let faults: PublishFault[] = [];

  const subscriptions = createSubscriptions<Listener>();
  const realtime: Realtime = {
    subscriptions,
    send: (channel: Channel, event: string) => {
      const quoted = JSON.stringify(event);
      for (const listener of subscriptions.of(channel)) listener.deliver(quoted);
    },
    lose: (channel) => {
      for (const listener of subscriptions.of(channel)) listener.miss();
    },
    api: () => configuration.api,
    namespace: (name) => configuration.namespaces.find((namespace) => namespace.name === name),
    check: (authorization) => check(authorization),
  };

  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 2 * mostCallBytes,
    handleProtocols: chosenProtocol,
  });
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    socket.on('error', () => socket.destroy());
    // Not by `new URL`, which throws at what a port scanner asks for.
    if (request.url?.split('?')[0] !== realtimePath) return turnAway(socket, '404 Not Found');
    const hosts = [`localhost:${listening.port}`, `127.0.0.1:${listening.port}`];
    if (!isOurOrigin(request.headers.origin, hosts)) return turnAway(socket, '403 Forbidden');
    const refused = await authorizeConnection(request, configuration.api, hosts, realtime.check).then(
      () => undefined,
      (error: unknown) => errorsOf(error),
    );
    sockets.handleUpgrade(request, socket, head, (client) => {
      if (!refused) return serveConnection(client, realtime, limits);
      client.on('error', () => client.terminate());
      client.send(JSON.stringify({ ...refused, type: 'connection_error' }));
      client.close(1008);
      setTimeout(() => client.terminate(), goodbyeMs).unref();
    });
  };

  const parts = {
    configuration: () => configuration,
    realtime,
    nextFault: () => faults.shift() ?? { kind: 'none' as const },
    now,
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void =>
    void answerHttp(request, response, parts);
  const [cert, key] = await Promise.all([readFile(configuration.certificateFile), readFile(configuration.keyFile)]);
  const secure = createHttpsServer({ cert, key }, answer);
  const plain = createHttpServer(answer);
  for (const server of [secure, plain])
    server.on('upgrade', (request, socket, head) => {
      // Nothing that one client does may end the others' connections, and the run with them.
      upgrade(request, socket, head).catch(() => socket.destroy());
    });
  const listening = await listenOnOnePort(secure, plain, options.port);
  return {
    port: listening.port,
    async configure() {
      configuration = await readConfiguration(configurationFile);
      check = tokenCheck(configuration, now);
    },
    fail: (next) => void (faults = [...next]),
    subscriptions: () => subscriptions.size,
    stop: () => listening.close(),
  };
};
