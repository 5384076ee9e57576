/** Names a circle among the nodes that cannot be ordered. */
const circleIn = (dependencies: ReadonlyMap<string, readonly string[]>, waiting: ReadonlySet<string>): string => {
  const path: string[] = [];
  let current = waiting.values().next().value;
  while (current !== undefined && !path.includes(current)) {
    path.push(current);
    current = dependencies.get(current)?.find((next) => waiting.has(next));
  }
  return [...path.slice(current === undefined ? 0 : path.indexOf(current)), current ?? ''].join(' → ');
};

/** @throws Error naming the circle, when there is one */
const assertNoCircle = (dependencies: ReadonlyMap<string, readonly string[]>): void => {
  const waiting = new Set(dependencies.keys());
  let before: number;
  do {
    before = waiting.size;
    for (const name of waiting)
      if (!dependencies.get(name)?.some((dependency) => waiting.has(dependency))) waiting.delete(name);
  } while (waiting.size < before);
  if (waiting.size > 0) throw new Error(`there is a circle of dependencies: ${circleIn(dependencies, waiting)}`);
};

/**
 * Does the work of every node after that of the nodes it depends on, up to `limit` at a time. After a failure nothing
 * new is started; what is under way is waited for, and the first error is thrown.
 *
 * @param dependencies - node → nodes of the same map
 */
export const runGraph = async (
  dependencies: ReadonlyMap<string, readonly string[]>,
  limit: number,
  work: (name: string) => Promise<void>,
): Promise<void> => {
  assertNoCircle(dependencies);
  const waiting = new Set(dependencies.keys());
  const running = new Map<string, Promise<void>>();
  const failures: unknown[] = [];

  const isReady = (name: string): boolean =>
    !dependencies.get(name)?.some((dependency) => waiting.has(dependency) || running.has(dependency));

  const start = (name: string): void => {
    waiting.delete(name);
    const done = work(name)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(name));
    running.set(name, done);
  };

  for (;;) {
    if (failures.length > 0) waiting.clear();
    const ready = [...waiting].filter(isReady).slice(0, limit - running.size);
    for (const name of ready) start(name);
    if (running.size === 0) break; // a race of nothing has no end
    await Promise.race(running.values());
  }
  if (failures.length > 0) throw failures[0];
};
