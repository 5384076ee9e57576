// Lists processes that a CI run started and that still live; exits with 1 where there are any.
// usage: left-running.mjs <folder of the run> [--kill]
//
// A process belongs to the run when its environment carries MILLRACE_CI_RUN=<folder>, or when its command line or
// its working directory lies in the run's folder: the functions and PostgreSQL get an environment of their own,
// but keep their files there. Where there is no /proc, only command lines are looked at.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

const [folder, kill] = process.argv.slice(2);
if (!folder) throw new Error('usage: left-running.mjs <folder of the run> [--kill]');

/** What /proc tells of a process, or an empty text where it has just ended or is not ours to read. */
const tell = (read) => {
  try {
    return read();
  } catch {
    return '';
  }
};

const fromProc = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({
      pid: Number(pid),
      parent: Number(/^PPid:\t(\d+)$/m.exec(tell(() => readFileSync(`/proc/${pid}/status`, 'utf8')))?.[1]),
      zombie: /^State:\tZ/m.test(tell(() => readFileSync(`/proc/${pid}/status`, 'utf8'))),
      command: tell(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
        .replaceAll('\0', ' ')
        .trim(),
      place: tell(() => readlinkSync(`/proc/${pid}/cwd`)),
      environment: tell(() => readFileSync(`/proc/${pid}/environ`, 'utf8')),
    }));

const fromPs = () =>
  execFileSync('ps', ['-axo', 'pid=,ppid=,stat=,command='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => {
      const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return {
        pid: Number(pid),
        parent: Number(parent),
        zombie: state?.startsWith('Z'),
        command: command ?? '',
        place: '',
        environment: '',
      };
    });

const all = existsSync('/proc/self/status') ? fromProc() : fromPs();
const byPid = new Map(all.map((entry) => [entry.pid, entry]));
/** This process, the script that started it, and so on. */
const above = new Set();
for (let pid = process.pid; pid > 0 && !above.has(pid); pid = byPid.get(pid)?.parent ?? 0) above.add(pid);

const left = all.filter(
  ({ pid, zombie, command, place, environment }) =>
    !above.has(pid) &&
    !zombie &&
    (environment.split('\0').includes(`MILLRACE_CI_RUN=${folder}`) ||
      command.includes(`${folder}/`) ||
      place === folder ||
      place.startsWith(`${folder}/`)),
);

for (const { pid, command, place } of left) console.log(`${pid} ${command || '(no command line)'} in ${place || '?'}`);
if (kill === '--kill') for (const { pid } of left) tell(() => process.kill(pid, 'SIGKILL'));
process.exitCode = left.length > 0 ? 1 : 0;
