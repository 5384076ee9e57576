import type { Teardown } from '../../teardown.ts';
import type { Endpoints, PostgresServer } from '../../world.ts';
import { startHttpProxy, type HttpProxy } from './http-proxy.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** What a proxy can be put in front of, for faults that need one. */
export type Proxied = 'dynamodb' | 'sqs' | 'postgres';

export interface Proxies {
  readonly dynamodb?: HttpProxy;
  readonly sqs?: HttpProxy;
  readonly postgres?: TcpProxy;
}

interface Fronted {
  readonly proxies: Proxies;
  /** Where clients are to go: to the proxy where there is one. */
  readonly endpoints: Pick<Endpoints, 'dynamodb' | 'sqs'>;
  readonly postgres: PostgresServer;
}

/** Starts the proxies that are wanted; each is stopped by the teardown as soon as it runs. */
export const startProxies = async (
  wanted: readonly Proxied[],
  endpoints: Pick<Endpoints, 'dynamodb' | 'sqs'>,
  postgres: PostgresServer,
  teardown: Teardown,
): Promise<Fronted> => {
  const http = async (service: 'dynamodb' | 'sqs'): Promise<HttpProxy | undefined> => {
    if (!wanted.includes(service)) return undefined;
    const proxy = await startHttpProxy(endpoints[service]);
    teardown.add(() => proxy.stop());
    return proxy;
  };
  const [dynamodb, sqs] = await Promise.all([http('dynamodb'), http('sqs')]);
  const tcp = wanted.includes('postgres') ? await startTcpProxy(postgres.port) : undefined;
  if (tcp) teardown.add(() => tcp.stop());
  return {
    proxies: { ...(dynamodb ? { dynamodb } : {}), ...(sqs ? { sqs } : {}), ...(tcp ? { postgres: tcp } : {}) },
    endpoints: { dynamodb: dynamodb?.endpoint ?? endpoints.dynamodb, sqs: sqs?.endpoint ?? endpoints.sqs },
    postgres: tcp ? { ...postgres, port: tcp.port } : postgres,
  };
};
