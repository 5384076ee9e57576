import { mkdirSync } from 'node:fs';
import { startFauxqs } from 'fauxqs';

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
