import { readGiveUp } from './give-up.ts';
import { ForeignMessageError } from './foreign-message.ts';
import type { IntakeStore } from './intake-store.ts';
import { lettersOfGiveUp, type Letter } from './letter.ts';
import { readObjectNotice } from './object-notice.ts';
import type { ReadLetters } from './take-in.ts';

/** Lambda writes below it; elsewhere in the bucket are bytes of records. */
const prefix = 'aws/lambda/';

/**
 * A message is S3's notice of objects; each holds a batch that Lambda gave up on, and each of its records is a letter.
 * @param sources - by name of the stream
 */
export const readGivenUp =
  (store: Pick<IntakeStore, 'readGiveUp'>, ownBucket: string, sources: ReadonlyMap<string, string>): ReadLetters =>
  async (body, resilient) => {
    const letters: Letter[] = [];
    for (const { bucket, key } of readObjectNotice(body)) {
      if (bucket !== ownBucket || !key.startsWith(prefix))
        throw new ForeignMessageError('the S3 notification is of another place than the give-ups');
      letters.push(...lettersOfGiveUp(readGiveUp(await store.readGiveUp(key, resilient), key), sources));
    }
    return letters;
  };
