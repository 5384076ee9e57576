import { describe, expect, it } from 'vitest';
import { formatSchemaIds, parseSchemaIds } from '../../../lambdas/shared/serde/schema-ids.ts';

const quote = 'market-quote:1=b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63';
const trade = 'market-trade:12=0f0e0d0c-0b0a-4908-8706-050403020100';

describe('schema ids', () => {
  it('are read from the text that a stack sets', () => {
    expect([...parseSchemaIds(`${quote},${trade}`)]).toEqual([
      ['b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63', { subject: 'market-quote', version: 1 }],
      ['0f0e0d0c-0b0a-4908-8706-050403020100', { subject: 'market-trade', version: 12 }],
    ]);
  });

  it('are written as they are read', () => {
    expect(formatSchemaIds(parseSchemaIds(`${quote},${trade}`))).toBe(`${quote},${trade}`);
  });

  it('are in lower case, as frames give them', () => {
    expect([...parseSchemaIds('market-quote:1=B7B4A7F0-9C96-4E4A-A687-FB5DE9EF0C63').keys()]).toEqual([
      'b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63',
    ]);
  });

  it.each([
    ['', ''],
    [`${quote},`, ''],
    ['market-quote=1', 'market-quote=1'],
    [
      `${quote},market-trade:0=0f0e0d0c-0b0a-4908-8706-050403020100`,
      'market-trade:0=0f0e0d0c-0b0a-4908-8706-050403020100',
    ],
    ['market-quote:1=${Token[SchemaId.12]}', 'market-quote:1=${Token[SchemaId.12]}'],
  ])('"%s" is refused, naming the part', (text, part) => {
    expect(() => parseSchemaIds(text)).toThrow(`"${part}" is not subject:version=uuid`);
  });

  it('are refused when an id or a version is there twice', () => {
    const sameId = 'market-trade:1=b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63';
    expect(() => parseSchemaIds(`${quote},${sameId}`)).toThrow(`"${sameId}" is there twice`);
    const sameVersion = 'market-quote:1=0f0e0d0c-0b0a-4908-8706-050403020100';
    expect(() => parseSchemaIds(`${quote},${sameVersion}`)).toThrow(`"${sameVersion}" is there twice`);
  });
});
