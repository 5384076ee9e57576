import { writeFile } from 'node:fs/promises';
import type { DeadLetterEntry } from '../../../lambdas/shared/dead-letters/entry.ts';
import { withDeadLetters } from '../aws.ts';
import { parseOptions, UsageError, type Command } from '../command.ts';
import { hexPreview } from './hex-preview.ts';
import { count, printable } from './printable.ts';

const previewed = 256;

const fieldsOf = (entry: DeadLetterEntry) => {
  const { bytes: _, bytesAt, expiresAt, ...fields } = entry;
  return { ...fields, expiresAt: new Date(expiresAt * 1000).toISOString(), ...(bytesAt ? { bytesAt } : {}) };
};

/** Everything an entry says, then the beginning of its bytes. @param bytes - undefined where they are gone */
export const formatEntry = (entry: DeadLetterEntry, bytes: Buffer | undefined): string[] => {
  const { bytesAt, ...fields } = fieldsOf(entry);
  const lines = Object.entries({
    ...fields,
    ...(bytesAt ? { bytesAt: `s3://${bytesAt.bucket}/${bytesAt.key}` } : {}),
  }).map(([name, value]) => `${name.padEnd(16)}${value === null ? '-' : printable(String(value))}`);
  if (!bytes) return [...lines, '', 'The bytes are gone: the object that held them is not there any more.'];
  const heading =
    bytes.length > previewed ? `first ${previewed} of ${count(bytes.length)} bytes` : `${bytes.length} bytes`;
  return [...lines, '', heading, ...hexPreview(bytes.subarray(0, previewed))];
};

const gone = (id: string): Error =>
  new Error(`the bytes of ${id} are gone: the object that held them is not there any more`);

export const showCommand: Command = {
  summary: 'one, with everything that is known of it and its bytes',
  help: `Usage: npm run ops -- dead-letters show ID [options]

Everything that is known of one dead letter, and its first ${previewed} bytes in hex and as text. ID is its place in its
stream, as "list" prints it: stream/shard/sequenceNumber.

  --bytes FILE|-  write the record, byte for byte as the stream delivered it, to a file or to standard output, and
                  nothing else; the file must not exist
  --env ENV       local, dev, staging or prod (default local)
  --json          one object: all fields, and the whole record as "bytes" in base64 (null where its object is gone)

Exit status 0; 1 where there is no such dead letter, or its bytes are gone and --bytes asks for them.`,
  run: async (args) => {
    const { env, json, values, positionals } = parseOptions(args, { bytes: { type: 'string' } });
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new UsageError('dead-letters show: give one id');
    const file = values['bytes'] as string | undefined;
    if (file !== undefined && json)
      throw new UsageError('--bytes: cannot be given with --json, which has the bytes in it');
    if (file === '') throw new UsageError('--bytes: must name a file, or be - for standard output');
    return withDeadLetters(env, async ({ store }) => {
      const entry = await store.find(id);
      if (!entry) throw new Error(`${env} has no dead letter ${id}`);
      const bytes = await store.bytesOf(entry);
      if (file !== undefined) {
        if (!bytes) throw gone(id);
        if (file === '-') process.stdout.write(bytes);
        else await writeFile(file, bytes, { flag: 'wx' });
      } else if (json) console.log(JSON.stringify({ ...fieldsOf(entry), bytes: bytes?.toString('base64') ?? null }));
      else console.log(formatEntry(entry, bytes).join('\n'));
      return 0;
    });
  },
};
