import { mkdirSync } from 'node:fs';
import { startFauxqs } from 'fauxqs';
import { dropCutObjects } from './cut-objects.ts';

/** `only`: `queues` or `objects`, to keep no more than these; both without it. */
const [, , dataDir = '', port = '0', only = ''] = process.argv;
const objects = `${dataDir}/objects`;
mkdirSync(dataDir, { recursive: true });
dropCutObjects(objects);
const server = await startFauxqs({
  port: Number(port),
  host: '127.0.0.1',
  logger: false,
  defaultRegion: 'eu-west-1',
  ...(only === 'objects' ? {} : { dataDir }),
  ...(only === 'queues' ? {} : { s3StorageDir: objects }),
});

process.on('SIGINT', () => {});
process.on('disconnect', () => void server.stop().then(() => process.exit(0)));
process.send?.({ port: server.port });
