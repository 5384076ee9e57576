import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { killGroup } from '../../local/services/process/kill-group.ts';

const project = new URL('../../', import.meta.url);

/** Only the end is shown when a synthesis fails. */
const keptCharacters = 8_000;

/**
 * Synthesizes the environment `local` in a process of its own: bundling blocks, and Ctrl-C should not wait for it.
 * @param outDir - emptied first
 * @throws Error with what the synthesis said when it failed; the signal's reason when it was aborted
 */
export const synthesize = async (outDir: string, signal: AbortSignal): Promise<void> => {
  await rm(outDir, { recursive: true, force: true });
  signal.throwIfAborted();
  const child = spawn(process.execPath, [fileURLToPath(new URL('bin/platform.ts', project))], {
    cwd: project,
    env: {
      ...process.env,
      CDK_OUTDIR: outDir,
      CDK_CONTEXT_JSON: JSON.stringify({ env: 'local' }),
    },
    // A process group of its own, so that bundlers it has started end with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => (said = (said + text).slice(-keptCharacters)));
  }
  const end = (): void => killGroup(child.pid);
  signal.addEventListener('abort', end, { once: true });
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal.throwIfAborted();
    if (status !== 0) throw new Error(`the environment "local" cannot be synthesized:\n${said.trimEnd()}`);
  } finally {
    signal.removeEventListener('abort', end);
  }
};
