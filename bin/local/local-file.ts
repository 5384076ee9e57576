import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { LocalRun } from '../../local/run.ts';
import type { LocalWorld } from '../../local/world.ts';

/** What `npm run ops` is told of a run. */
interface LocalPlatform {
  readonly pid: number;
  readonly region: string;
  readonly dataDir: string;
  readonly endpoints: Readonly<Record<string, string>>;
}

/** Of this clone: of its runs, `npm run ops` finds one. */
const localFolder = fileURLToPath(new URL('../../.millrace/', import.meta.url));
const nameOf = (folder: string): string => `${folder}local.json`;

const answerMs = 2_000;
const lookAgainMs = 5_000;

const read = async (folder: string): Promise<LocalPlatform | undefined> => {
  try {
    return JSON.parse(await readFile(nameOf(folder), 'utf8')) as LocalPlatform;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** A run that was killed leaves its file behind, and its process id to others: what counts is that it answers. */
const answers = async ({ endpoints }: LocalPlatform): Promise<boolean> => {
  try {
    const url = `${endpoints['lambda']}/2015-03-31/event-source-mappings`;
    return (await fetch(url, { signal: AbortSignal.timeout(answerMs) })).ok;
  } catch {
    return false;
  }
};

/** @returns the process of the run that has the file and answers; undefined where the file is ours now */
const claim = async (folder: string, platform: LocalPlatform): Promise<number | undefined> => {
  await mkdir(folder, { recursive: true });
  // Never half written: whoever reads finds all of it.
  const draft = `${folder}${platform.pid}.draft.json`;
  await writeFile(draft, `${JSON.stringify(platform, null, 2)}\n`);
  try {
    await link(draft, nameOf(folder)); // of two that start at once, one gets it
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const other = await read(folder);
    if (other && other.pid !== platform.pid && (await answers(other))) return other.pid;
    await rename(draft, nameOf(folder));
    return undefined;
  } finally {
    await rm(draft, { force: true });
  }
};

/** Beside the services, where the REST API is and who gives tokens for it (docs/rest-api.md). */
export const withRestApi = ({ world, deployed }: Pick<LocalRun, 'world' | 'deployed'>) => ({
  ...world,
  endpoints: {
    ...world.endpoints,
    restApi: deployed.output('millrace-local-rest-api', 'ApiUrl'),
    issuer: world.issuer.endpoint,
  },
});

/**
 * Says where `npm run ops` finds what is running. A run that was started before keeps that place as long as it answers;
 * then it is ours.
 * @param tell - told where another run has it, and when that has ended
 * @returns takes it back; leaves alone what another run says
 */
export const announceLocal = async (
  { endpoints, region, dataDir }: Pick<LocalWorld, 'endpoints' | 'region' | 'dataDir'>,
  tell: (line: string) => void,
  folder = localFolder,
): Promise<() => Promise<void>> => {
  const platform = { pid: process.pid, region, dataDir, endpoints: { ...endpoints } };
  const other = await claim(folder, platform);
  let timer: NodeJS.Timeout | undefined;
  if (other !== undefined) {
    tell(`"npm run ops" finds the platform of process ${other}, which was started first; this one when that has ended`);
    const lookAgain = async (): Promise<void> => {
      if ((await claim(folder, platform)) !== undefined) return;
      clearInterval(timer);
      tell('"npm run ops" finds this platform now');
    };
    timer = setInterval(() => {
      lookAgain().catch((error: unknown) => tell(`"npm run ops" does not find this platform: ${String(error)}`));
    }, lookAgainMs);
    timer.unref();
  }
  return async () => {
    clearInterval(timer);
    if ((await read(folder))?.pid === process.pid) await rm(nameOf(folder), { force: true });
  };
};
