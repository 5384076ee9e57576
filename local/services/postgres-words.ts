const startMs = 30_000;
const mostLines = 20;

/** Reads what a starting PostgreSQL prints. */
export interface ServerWords {
  readonly onLine: (line: string) => void;
  /**
   * @param ended - resolves with the server's exit status
   * @throws Error with the server's last words, where it ends or takes too long
   */
  readonly untilReady: (ended: Promise<number>) => Promise<void>;
}

export const listenToServer = (longestMs = startMs): ServerWords => {
  const words: string[] = [];
  const ready = Promise.withResolvers<'ready'>();
  return {
    onLine: (line) => {
      words.push(line);
      if (words.length > mostLines) words.shift();
      if (line.includes('database system is ready to accept connections')) ready.resolve('ready');
    },
    untilReady: async (ended) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), longestMs);
      });
      const outcome = await Promise.race([ready.promise, late, ended]);
      clearTimeout(timer);
      if (outcome === 'ready') return;
      const why = outcome === 'late' ? `was not ready after ${longestMs / 1000} s` : `ended with status ${outcome}`;
      throw new Error(`PostgreSQL ${why}: ${words.slice(-3).join(' | ')}`);
    },
  };
};
