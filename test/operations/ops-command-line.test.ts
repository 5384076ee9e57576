import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from '../../bin/ops/command.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** As `npm run ops -- …` does. */
const ops = (...args: string[]): Promise<{ status: number; out: string; err: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['bin/ops.ts', ...args], { cwd: root }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code), out, err }),
    );
  });

describe('the options of a command', () => {
  it('default to the local platform', () => {
    expect(parseOptions([])).toMatchObject({ env: 'local', json: false });
    expect(parseOptions(['--env', 'prod', '--json', 'contract'])).toMatchObject({
      env: 'prod',
      json: true,
      positionals: ['contract'],
    });
    // Where a value may be a file, a dash alone is standard output.
    expect(parseOptions(['--bytes', '-'], { bytes: { type: 'string' } }).values['bytes']).toBe('-');
  });

  it.each([
    [
      ['--env', 'production'],
      '--env: must be one of local, dev, staging, prod, is "production"; --help lists the options',
    ],
    [['--nonsense'], 'there is no option --nonsense; --help lists the options'],
    [['-x'], 'there is no option -x; --help lists the options'],
    [['--toString'], 'there is no option --toString; --help lists the options'],
    [['--env'], '--env needs a value; --help lists the options'],
    [['--env', '--json'], '--env needs a value; if "--json" is one, write --env=--json; --help lists the options'],
    [['--json=yes'], '--json takes no value, and got "yes"; --help lists the options'],
  ])('%o are refused with a sentence of ours', (args, message) => {
    expect(() => parseOptions(args)).toThrow(new UsageError(message));
  });
});

// Starts programs, on a machine that has other things to do.
describe('npm run ops', { timeout: 30_000 }, () => {
  it.each([
    ['status', '--bogus'],
    ['migrate', 'status', '--bogus'],
    ['migrate', 'contract', '--json', '--bogus'],
  ])('names the option that it does not know and where to look: %s', async (...args) => {
    expect(await ops(...args)).toEqual({
      status: 2,
      out: '',
      err: 'ops: there is no option --bogus; --help lists the options\n',
    });
  });

  it.each([
    [['migrate'], 'migrate: say contract or status; migrate --help tells them apart'],
    [['migrate', 'expand'], 'migrate: say contract or status; migrate --help tells them apart'],
    [['migrate', 'contract', 'now'], 'migrate contract takes no "now"; --help lists the options'],
    [['status', 'now'], 'status takes no "now"; --help lists the options'],
    [['status', '--since', 'soon'], '--since: must be a whole number of minutes, 1 or more; --help lists the options'],
    [['stats'], 'there is no command "stats"; there are: status,'],
  ])('refuses %j with a sentence', async (args, sentence) => {
    const { status, err } = await ops(...args);
    expect(status).toBe(2);
    expect(err).toContain(`ops: ${sentence}`);
  });

  it('has help for a command, and for each of its sub-words', async () => {
    const [command, contract, state] = await Promise.all([
      ops('migrate', '--help'),
      ops('migrate', 'contract', '--help'),
      ops('migrate', 'status', '--env', 'dev', '--help'),
    ]);
    expect([command, contract, state].map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(command.out).toContain('migrate contract|status');
    expect(contract.out).toMatch(/^Usage: npm run ops -- migrate contract \[/);
    expect(state.out).toMatch(/^Usage: npm run ops -- migrate status \[/);
  });
});
