import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { report } from '../../schemas/check.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-check-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (subject: string, ...versions: readonly (readonly object[] | string)[]): void => {
  mkdirSync(join(folder, subject));
  versions.forEach((fields, index) => {
    const text = typeof fields === 'string' ? fields : JSON.stringify({ type: 'record', name: 'R', fields });
    writeFileSync(join(folder, subject, `v${index + 1}.avsc`), text);
  });
};

const bid = { name: 'bid', type: 'double' };
const venue = { name: 'venue', type: 'string' };

describe('npm run schemas:check', () => {
  it('looks at what is in the repository when it is told nothing', () => {
    const { exitCode, lines } = report([]);
    expect(exitCode).toBe(0);
    expect(lines.at(-1)).toMatch(/^subjects: [1-9]\d*, versions: [1-9]\d*, comparisons: \d+, faults: 0$/);
  });

  it('has a line for each fault, naming subject, versions and field, and ends with 1', () => {
    write('quote', [bid], [bid, { ...venue, default: '' }], [bid, venue, { name: 'ask', type: 'int' }]);
    write('trade', [bid]);
    const added = 'the older has no such field, the newer has';
    expect(report([folder])).toEqual({
      exitCode: 1,
      lines: [
        `quote version 3 cannot read version 1: venue: ${added} string without a default: give it a default`,
        `quote version 3 cannot read version 1: ask: ${added} int without a default: give it a default`,
        `quote version 3 cannot read version 2: ask: ${added} int without a default: give it a default`,
        'subjects: 2, versions: 4, comparisons: 3, faults: 3',
      ],
    });
  });

  it('names a version that is wrong by itself', () => {
    write('quote', [bid], [{ name: 'bid', type: 'double', default: 'none' }]);
    expect(report([folder]).lines[0]).toBe(
      'quote version 2: bid: double with the default "none": give a default of that type',
    );
  });

  it('tells what is allowed and has a price', () => {
    write('quote', [bid, venue], [{ ...bid, default: 1 }]);
    expect(report([folder])).toEqual({
      exitCode: 0,
      lines: [
        'note: quote versions 1 and 2: venue has no such field now, had string without a default (readers of 1 halt: deploy all of them before a producer)',
        'note: quote versions 1 and 2: bid: has another default (the same event from both is a conflict)',
        'note: quote versions 1 and 2: venue: is gone (the same event from both is a conflict)',
        'subjects: 1, versions: 2, comparisons: 1, faults: 0',
      ],
    });
  });

  it('does not pass where there is nothing to look at', () => {
    expect(report([folder])).toMatchObject({
      exitCode: 1,
      lines: [`there is no subject in ${folder}/`, expect.anything()],
    });
    write('quote');
    expect(report([folder])).toMatchObject({ exitCode: 1, lines: ['quote has no v1.avsc', expect.anything()] });
  });

  it('names a file that is no JSON', () => {
    write('quote', '{');
    expect(() => report([folder])).toThrow('schemas/quote/v1.avsc is no JSON');
  });

  it('says how it is used', () => {
    expect(report(['--help'])).toMatchObject({ exitCode: 0 });
    for (const args of [['--all'], [folder, folder]]) {
      const { exitCode, lines } = report(args);
      expect(exitCode).toBe(2);
      expect(lines[0]).toContain('Usage: npm run schemas:check');
    }
  });
});
