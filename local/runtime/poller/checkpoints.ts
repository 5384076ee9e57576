import { join } from 'node:path';
import { jsonFile } from '../../services/json-file.ts';

/** Where a mapping stands in each shard, kept in the data folder so that the next run goes on from there. */
export interface Checkpoints {
  get(shard: string): string | undefined;
  /** Remembers at once, and writes soon; losing the last few only means that they are delivered again. */
  set(shard: string, sequenceNumber: string): void;
  flush(): Promise<void>;
}

type Content = Readonly<Record<string, string>>;

const parse = (raw: unknown): Content => {
  if (typeof raw === 'object' && raw !== null && Object.values(raw).every((value) => typeof value === 'string')) {
    return raw as Content;
  }
  throw new Error('checkpoints are an object of sequence numbers by shard');
};

const writeMs = 200;

export const openCheckpoints = async (
  dataDir: string,
  mapping: string,
  complain: (message: string) => void,
): Promise<Checkpoints> => {
  const file = jsonFile<Content>(join(dataDir, 'checkpoints', `${mapping}.json`), {}, parse);
  const current: Record<string, string> = { ...(await file.read()) };
  let timer: NodeJS.Timeout | undefined;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    await file.write({ ...current });
  };
  return {
    get: (shard) => current[shard],
    set: (shard, sequenceNumber) => {
      current[shard] = sequenceNumber;
      timer ??= setTimeout(() => {
        // The next write has everything that this one had.
        flush().catch((error: unknown) => complain(`checkpoints are not written: ${String(error)}`));
      }, writeMs);
    },
    flush,
  };
};
