import { spawnSync } from 'node:child_process';
import { chown, readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Program } from './process/guarded-program.ts';

/**
 * How PostgreSQL's programs are run. It refuses to run as root, as which many containers and build machines run us.
 *
 * - `ourselves`: we are not root.
 * - `namespace`: a user namespace (`unshare` of util-linux), in which we are called another user; files stay root's, so
 *   that folders closed to all but root, as most temporary ones are, do as well as any.
 * - `other`: where namespaces are forbidden, as a user of the system; that one must be able to walk to all files.
 */
export type RunAs =
  | { readonly kind: 'ourselves' }
  | { readonly kind: 'namespace' | 'other'; readonly uid: number; readonly gid: number };

/** @param users - the text of `/etc/passwd` */
export const findUser = (users: string): { readonly uid: number; readonly gid: number } | undefined => {
  for (const name of ['postgres', 'nobody']) {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(users) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
};

/** Of util-linux, which every Linux distribution has. */
const namespaceTool = 'unshare';
const mapping = (uid: number, gid: number): readonly string[] => ['--user', `--map-user=${uid}`, `--map-group=${gid}`];

export const chooseRunAs = async (): Promise<RunAs> => {
  if (process.getuid?.() !== 0) return { kind: 'ourselves' };
  const user = findUser(await readFile('/etc/passwd', 'utf8'));
  if (!user) {
    throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody: start as another user');
  }
  const namespaces =
    spawnSync(namespaceTool, [...mapping(user.uid, user.gid), 'true'], { stdio: 'ignore' }).status === 0;
  return { kind: namespaces ? 'namespace' : 'other', ...user };
};

/** What to start in place of a program, so that it runs as chosen. */
export const runAs = (as: RunAs, program: string, args: readonly string[]): Program => {
  if (as.kind === 'ourselves') return { program, args };
  if (as.kind === 'other') return { program, args, as };
  return { program: namespaceTool, args: [...mapping(as.uid, as.gid), program, ...args] };
};

/** Gives a folder and all in it to the user who is to own it; only where a run of another kind left it otherwise. */
export const giveTo = async (as: RunAs, folder: string): Promise<void> => {
  if (as.kind === 'ourselves') return;
  const { uid, gid } = as.kind === 'other' ? as : { uid: 0, gid: 0 };
  const entries = await readdir(folder, { recursive: true });
  for (const path of [folder, ...entries.map((entry) => join(folder, entry))]) {
    if ((await stat(path)).uid !== uid) await chown(path, uid, gid);
  }
};

/** Another user must be able to walk to our files. @throws Error naming the folder that stops it */
export const checkReachable = async (as: RunAs, path: string): Promise<void> => {
  if (as.kind !== 'other') return;
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
