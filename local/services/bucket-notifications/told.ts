import { join } from 'node:path';
import * as z from 'zod';
import { shortHash } from '../../deterministic-id.ts';
import { jsonFile } from '../json-file.ts';
import type { ListedObject } from './event.ts';

/** What a notification has told its queue already, kept in the data folder. */
export interface Told {
  /** Whether the test event was sent. */
  readonly tested: () => boolean;
  readonly setTested: () => Promise<void>;
  /** Those that the queue was not told of. */
  readonly newIn: (objects: readonly ListedObject[]) => readonly ListedObject[];
  readonly add: (objects: readonly ListedObject[]) => void;
  /**
   * Writes what was told, and forgets objects that are gone: it never holds more than the bucket does.
   * @param listed - everything that is in the bucket
   */
  readonly save: (listed: readonly ListedObject[]) => Promise<void>;
}

const Content = z.strictObject({ tested: z.boolean(), told: z.array(z.string()) });
type Content = z.infer<typeof Content>;

/** Another content under the same key is another object to tell of. */
const identity = ({ key, eTag, lastModified }: ListedObject): string =>
  shortHash(20, key, eTag, lastModified.toISOString());

export const openTold = async (dataDir: string, notification: string): Promise<Told> => {
  const path = join(dataDir, 'bucket-notifications', `${notification}.json`);
  const file = jsonFile<Content>(path, { tested: false, told: [] }, (raw) => Content.parse(raw));
  const kept = await file.read();
  let told = new Set(kept.told);
  let { tested } = kept;
  const write = (): Promise<void> => file.write({ tested, told: [...told] });
  return {
    tested: () => tested,
    setTested: () => {
      tested = true;
      return write();
    },
    newIn: (objects) => objects.filter((object) => !told.has(identity(object))),
    add: (objects) => {
      for (const object of objects) told.add(identity(object));
    },
    save: (listed) => {
      told = new Set(listed.map(identity).filter((id) => told.has(id)));
      return write();
    },
  };
};
