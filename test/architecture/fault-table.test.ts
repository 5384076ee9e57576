import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faultNames } from '../../bin/local/chaos/fault-names.ts';

const page = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8');
const [, section = ''] = /<!-- faults -->([^]*)<!-- \/faults -->/.exec(page) ?? [];
const measured = section
  .split('\n')
  .map((line) => /^\| `?([a-z-]+)`? +\|/.exec(line)?.[1])
  .filter((name) => name !== undefined && name !== 'fault' && !/^-+$/.test(name));

describe('the table of faults in docs/reliability.md', () => {
  it('has a row for every fault that there is, each once', () => {
    expect(new Set(measured)).toEqual(new Set(faultNames));
    expect(measured).toHaveLength(faultNames.length);
  });
});
