import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/**
 * Answers every call at once, as DynamoDB answers a PutItem that succeeded. The real one costs this machine no
 * processor time; the local one (`dynalite`, 900 conditional puts a second) would be what the benchmark measures.
 * What the SDK costs the handler is still in the figures.
 */
export const startDynamoDbStandIn = async (): Promise<{ readonly endpoint: string; readonly stop: () => void }> => {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
