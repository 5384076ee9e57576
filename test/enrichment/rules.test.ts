import { describe, expect, it } from 'vitest';
import { checkHeader, kindOf, text, type HeaderRules } from '../../lambdas/enrichment/rules.ts';
import { header, morning } from '../support/events.ts';

const now = morning / 1000;
const rules: HeaderRules = { source: 'market', maxFutureSeconds: 60, horizonDays: 30 };
const day = 86_400_000_000;

describe('the rules of every header', () => {
  it('accept an event of now, of the horizon, and of as far ahead as the setting says', () => {
    for (const occurredAt of [morning, morning - 30 * day, morning + 60_000_000]) {
      expect(() => checkHeader(header({ occurredAt }), rules, now)).not.toThrow();
    }
  });

  it.each([
    [
      'too far ahead',
      { occurredAt: morning + 60_001_000 },
      'broken-rule',
      /^occurredAt: must not be more than 60 s ahead/,
    ],
    [
      'before 1800',
      { occurredAt: Date.UTC(1799, 11, 31) * 1000 },
      'broken-rule',
      /^occurredAt: must be a time since 1800/,
    ],
    ['older than the horizon', { occurredAt: morning - 31 * day }, 'too-old', /^occurredAt: older than 30 days/],
    ['of another source', { source: 'social' }, 'wrong-subject', /^source: must be market/],
    ['without an id', { sourceEventId: '' }, 'broken-rule', /^sourceEventId: must be text/],
    [
      'with an endless id',
      { sourceEventId: 'x'.repeat(201) },
      'broken-rule',
      /^sourceEventId: must be text of 1 to 200/,
    ],
  ])('reject one that is %s', (_, overrides, reason, message) => {
    expect(() => checkHeader(header(overrides), rules, now)).toThrow(
      expect.objectContaining({ reason, message: expect.stringMatching(message) as string }) as Error,
    );
  });

  it('keep every age where there is no horizon', () => {
    const occurredAt = Date.UTC(1990, 0, 1) * 1000;
    expect(() => checkHeader(header({ occurredAt }), { ...rules, horizonDays: undefined }, now)).not.toThrow();
  });
});

describe('the kind of a value', () => {
  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    ['secret', 'text of 6 characters'],
    ['', 'empty text'],
    [-1, 'a negative number'],
    [0, 'zero'],
    [2, 'a positive number'],
    [Number.NaN, 'a number that is not finite'],
  ])('is told without the value: %o is %s', (value, kind) => {
    expect(kindOf(value)).toBe(kind);
  });

  it('appears in the message of text that is too long', () => {
    expect(() => text('symbol', 'x'.repeat(11), 10)).toThrow(
      'symbol: must be text of 1 to 10 characters, is text of 11 characters',
    );
  });
});
