/**
 * Runs one program for as long as our standard input stays open: when whoever started us is gone, however it went, the
 * system closes that pipe and the program is stopped. What is written to it
 * kills the program. `node guard.ts <uid> <gid> <program> [arguments]`; -1 keeps ours.
 */
import { spawn } from 'node:child_process';

const [uid = '-1', gid = '-1', program = '', ...args] = process.argv.slice(2);
const graceMs = 5_000;

const child = spawn(program, args, {
  stdio: ['ignore', 'inherit', 'inherit'],
  ...(uid === '-1' ? {} : { uid: Number(uid), gid: Number(gid) }),
});

let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  child.kill('SIGINT'); // to PostgreSQL: a fast shutdown
  setTimeout(() => child.kill('SIGKILL'), graceMs).unref();
};

process.stdin.on('data', () => child.kill('SIGKILL'));
process.stdin.on('end', stop);
process.stdin.on('error', stop);
process.on('SIGTERM', stop);
// Ctrl-C reaches every process of a terminal; the order in which they stop is our starter's business.
process.on('SIGINT', () => {});
child.on('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)));
