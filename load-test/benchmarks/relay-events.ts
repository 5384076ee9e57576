/**
 * AppSync Events for a benchmark, a process of its own: takes every event of a publish, after as many milliseconds as it
 * was started with. The real one costs this machine no processor time; its way there and back is what the delay stands for.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const delayMs = Number(process.argv[2] ?? 0);

const server = createServer((request, response) => {
  void (async () => {
    const { events } = JSON.parse(await text(request)) as { events: string[] };
    const answer = JSON.stringify({ failed: [], successful: events.map((_, index) => ({ identifier: 'x', index })) });
    const end = (): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    if (delayMs === 0) end();
    else setTimeout(end, delayMs);
  })();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.((server.address() as AddressInfo).port);
