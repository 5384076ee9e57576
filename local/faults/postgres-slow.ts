import type { Fault } from './fault.ts';
import type { TcpProxy } from './proxy/tcp-proxy.ts';

/**
 * Everything that goes to PostgreSQL and comes from it takes longer, connecting as well.
 * @param statementMs - how much longer a statement takes: half of it on either way
 */
export const postgresSlow = (proxy: TcpProxy, statementMs: number): Fault => {
  let before = 0;
  return {
    name: 'postgres-slow',
    begin: async () => {
      before = proxy.delayed();
      proxy.delay(statementMs / 2);
    },
    end: async () => proxy.delay(0),
    counts: () => [{ what: 'pieces delayed', count: proxy.delayed() - before, must: true }],
  };
};
