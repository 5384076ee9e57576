import { chmod, chown, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkReachable,
  chooseRunAs,
  findUser,
  giveTo,
  runAs,
  type RunAs,
} from '../../../local/services/postgres-user.ts';

const other: RunAs = { kind: 'other', uid: 65_534, gid: 65_533 };
const namespace: RunAs = { kind: 'namespace', uid: 65_534, gid: 65_533 };
const isRoot = process.getuid?.() === 0;

describe('the user that PostgreSQL runs as', () => {
  it('is the system’s postgres, or nobody, whichever there is', () => {
    const nobody = 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65533:nobody:/:/bin/false\n';
    expect(findUser(nobody)).toEqual({ uid: 65_534, gid: 65_533 });
    expect(findUser(`${nobody}postgres:x:101:104::/:/bin/sh\n`)).toEqual({ uid: 101, gid: 104 });
    expect(findUser('root:x:0:0:root:/root:/bin/bash\n')).toBeUndefined();
  });

  it('is ourselves unless we are root', async () => {
    const chosen = await chooseRunAs();
    expect(chosen.kind === 'ourselves').toBe(!isRoot);
  });
});

describe('a program of PostgreSQL', () => {
  it('is started as it is, in a namespace, or as the other user', () => {
    expect(runAs({ kind: 'ourselves' }, 'initdb', ['-D', 'x'])).toEqual({ program: 'initdb', args: ['-D', 'x'] });
    expect(runAs(other, 'initdb', [])).toMatchObject({ program: 'initdb', as: { uid: 65_534, gid: 65_533 } });
    expect(runAs(namespace, 'initdb', ['-D', 'x'])).toEqual({
      program: 'unshare',
      args: ['--user', '--map-user=65534', '--map-group=65533', 'initdb', '-D', 'x'],
    });
  });
});

describe('the files of a cluster', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'millrace-user-'));
    await mkdir(join(dir, 'cluster'));
    await writeFile(join(dir, 'cluster', 'PG_VERSION'), '17');
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('cannot be reached by another user through a closed folder, which is named', async () => {
    await chmod(dir, 0o700);
    await expect(checkReachable(other, join(dir, 'cluster'))).rejects.toThrow(`that one cannot enter ${dir}`);
    await expect(checkReachable(namespace, join(dir, 'cluster'))).resolves.toBeUndefined();
  });

  it.runIf(isRoot)('change hands with the kind of user', async () => {
    const file = join(dir, 'cluster', 'PG_VERSION');
    await giveTo(other, join(dir, 'cluster'));
    expect(await stat(file)).toMatchObject({ uid: 65_534, gid: 65_533 });
    await giveTo(namespace, join(dir, 'cluster'));
    expect(await stat(file)).toMatchObject({ uid: 0 });
    await chown(file, 1, 1);
    await giveTo({ kind: 'ourselves' }, join(dir, 'cluster'));
    expect(await stat(file)).toMatchObject({ uid: 1 });
  });
});
