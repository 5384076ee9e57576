import { startEventsServer } from '../appsync-events/events-server.ts';
import type { Question } from '../appsync-events/events-host.ts';

const [, , configurationFile = '', port = '0'] = process.argv;
const server = await startEventsServer({ configurationFile, port: Number(port) });

process.on('SIGINT', () => {}); // Ctrl-C is our starter's business
process.on('disconnect', () => void server.stop().then(() => process.exit(0)));
process.on('message', ({ id, faults }: Question) => {
  const done = faults ? Promise.resolve(server.fail(faults)) : server.configure();
  done.then(
    () => process.send?.({ id }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.send?.({ port: server.port });
