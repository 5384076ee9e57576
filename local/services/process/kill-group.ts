/** Kills a process that leads its own group (spawned `detached`), and everything it started. */
export const killGroup = (leader: number | undefined): void => {
  if (leader === undefined) return; // it never started
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // all of them are gone
  }
};
