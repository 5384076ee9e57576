import { mkdirSync } from 'node:fs';
import { startFauxqs } from 'fauxqs';
import { dropCutObjects } from './cut-objects.ts';

/**
 * S3 lists keys in the order of their bytes. `fauxqs` sorts them by the locale of whoever started it, and then goes on to
 * the next page behind the last key by its characters: with more than a thousand objects, some would be in no page.
 * Whatever else it sorts, it sorts by name.
 */
// oxlint-disable-next-line eslint/no-extend-native
String.prototype.localeCompare = function byCharacter(this: string, other: string): number {
  if (this === other) return 0;
  return this < other ? -1 : 1;
};

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
