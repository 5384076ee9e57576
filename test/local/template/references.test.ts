import { describe, expect, it } from 'vitest';
import { localNamesIn, referencesIn } from '../../../local/template/references.ts';

describe('referencesIn', () => {
  it('finds names however deep, in every way a template can write them', () => {
    const value = {
      a: [{ Ref: 'One' }, { 'Fn::GetAtt': 'Two.Arn' }],
      b: { 'Fn::If': ['Chosen', { 'Fn::GetAtt': ['Three', 'Arn'] }, { Ref: 'AWS::NoValue' }] },
      c: { 'Fn::Sub': '${Four}-${Five.Arn}-${!Literal}' },
      d: { 'Fn::Sub': ['${own}-${Six}', { own: { Ref: 'Seven' } }] },
      e: { Condition: 'Eight' },
    };
    expect(new Set(localNamesIn(value))).toEqual(
      new Set(['One', 'Two', 'Three', 'AWS::NoValue', 'Four', 'Five', 'Six', 'Seven', 'Eight']),
    );
  });

  it('tells what is read from other stacks', () => {
    expect(
      referencesIn([
        { 'Fn::ImportValue': 'shared' },
        { 'Fn::GetStackOutput': { StackName: 'other', OutputName: 'x' } },
      ]),
    ).toEqual([
      { kind: 'import', exportName: 'shared' },
      { kind: 'stack-output', stackName: 'other' },
    ]);
  });

  it('finds nothing in plain values', () => {
    expect(referencesIn({ a: [1, null, 'x'], 'Fn::GetAtt': 'not alone' })).toEqual([]);
  });
});
