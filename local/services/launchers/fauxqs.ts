import { mkdirSync } from 'node:fs';
import { startFauxqs } from 'fauxqs';

const [, , dataDir = ''] = process.argv;
mkdirSync(dataDir, { recursive: true });
const server = await startFauxqs({
  port: 0,
  host: '127.0.0.1',
  logger: false,
  defaultRegion: 'eu-west-1',
  dataDir,
  s3StorageDir: `${dataDir}/objects`,
});

process.on('SIGINT', () => {});
process.on('disconnect', () => void server.stop().then(() => process.exit(0)));
process.send?.({ port: server.port });
