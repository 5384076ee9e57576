import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface LanesResult {
  /** Over all lanes, from the common start to the last one's end. */
  readonly eventsPerSecond: number;
}

interface LaneReport {
  readonly ms: number;
  readonly events: number;
}

const laneFile = fileURLToPath(new URL('lane.ts', import.meta.url));

const message = async <T>(child: ChildProcess): Promise<T> => {
  const [answer] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`a lane ended with status ${String(code)} before its answer`);
    }),
  ])) as [T];
  return answer;
};

/** Runs the handler in `lanes` processes at once, each over `batches` batches of 500. @param env - the function's environment */
export const runLanes = async (
  lanes: readonly string[],
  batches: number,
  env: Readonly<Record<string, string>>,
): Promise<LanesResult> => {
  const children = lanes.map((lane) =>
    fork(laneFile, [lane, String(batches)], { env: { ...env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
  );
  try {
    await Promise.all(children.map((child) => message(child)));
    const startedAt = performance.now();
    const reports = await Promise.all(
      children.map((child) => {
        child.send('start');
        return message<LaneReport>(child);
      }),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      eventsPerSecond: reports.reduce((sum, { events }) => sum + events, 0) / seconds,
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
};
