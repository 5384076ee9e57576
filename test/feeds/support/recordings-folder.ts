import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeedEvent } from '../../../feeds/feed-event.ts';
import { namedRecording } from '../../../feeds/recording-kinds.ts';
import { readRecording } from '../../../feeds/recordings.ts';
import { collect } from './collect.ts';

/** A folder for recordings, to be removed by who asked for it. */
export const recordingsFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-recordings-'));
  /** @returns the argument that names the recording */
  const written = async (kind: string, content: string | Buffer): Promise<string> => {
    const path = join(folder, `${kind}-${Math.random().toString(36).slice(2)}.ndjson`);
    await writeFile(path, content);
    return `${kind}:${path}`;
  };
  const read = async (kind: string, content: string | Buffer): Promise<FeedEvent[]> =>
    collect(readRecording(namedRecording(await written(kind, content))));
  return { folder, written, read };
};
