import { describe, expect, it } from 'vitest';
import { resolve } from '../../../local/template/resolve.ts';
import { createScope } from '../../../local/template/scope.ts';
import { Template } from '../../../local/template/template.ts';

const template = Template.parse({
  Parameters: {
    Threshold: { Type: 'Number', Default: 7 },
    Unset: { Type: 'String' },
    BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/some/path' },
  },
  Mappings: { Sizes: { 'eu-west-1': { small: 2 } } },
  Conditions: {
    InChina: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'cn-north-1'] },
    Elsewhere: { 'Fn::Not': [{ Condition: 'InChina' }] },
    Both: { 'Fn::And': [{ Condition: 'InChina' }, { Condition: 'Elsewhere' }] },
    Either: { 'Fn::Or': [{ Condition: 'InChina' }, { Condition: 'Elsewhere' }] },
  },
  Resources: { Queue: { Type: 'AWS::SQS::Queue' }, Later: { Type: 'AWS::SQS::Queue' } },
});

const scope = createScope(
  { name: 'shop', region: 'eu-west-1', accountId: '000000000000' },
  template,
  new Map([['Queue', { ref: 'queue-url', attributes: { Arn: 'queue-arn', 'Endpoint.Port': '5432' } }]]),
  { exports: new Map([['shared', 'exported']]), outputs: new Map([['other', { Table: 'table-name' }]]) },
);
const resolved = (value: unknown): unknown => resolve(value, scope);

describe('resolve', () => {
  it.each([
    ['a resource by Ref', { Ref: 'Queue' }, 'queue-url'],
    ['a parameter by its default', { Ref: 'Threshold' }, 7],
    ['the account', { Ref: 'AWS::AccountId' }, '000000000000'],
    ['the stack', { 'Fn::Sub': '${AWS::StackName} in ${AWS::Partition}' }, 'shop in aws'],
    ['an attribute', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'queue-arn'],
    ['an attribute in one text', { 'Fn::GetAtt': 'Queue.Arn' }, 'queue-arn'],
    ['an attribute with a dot', { 'Fn::GetAtt': ['Queue', 'Endpoint.Port'] }, '5432'],
    ['a join of texts and numbers', { 'Fn::Join': ['-', ['a', 1, { Ref: 'Queue' }]] }, 'a-1-queue-url'],
    ['a split', { 'Fn::Split': ['|', 'a|b'] }, ['a', 'b']],
    ['a selection', { 'Fn::Select': [1, { 'Fn::Split': ['|', 'a|b'] }] }, 'b'],
    ['a selection by text', { 'Fn::Select': ['0', ['a', 'b']] }, 'a'],
    ['a substitution', { 'Fn::Sub': '${Queue}/${Queue.Arn}/${!Kept}' }, 'queue-url/queue-arn/${Kept}'],
    ['a substitution with variables', { 'Fn::Sub': ['${x}!', { x: { Ref: 'Queue' } }] }, 'queue-url!'],
    ['zones', { 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    ['base64', { 'Fn::Base64': 'hi' }, 'aGk='],
    ['an export', { 'Fn::ImportValue': 'shared' }, 'exported'],
    [
      'an output of another stack',
      { 'Fn::GetStackOutput': { StackName: 'other', OutputName: 'Table', Region: { Ref: 'AWS::Region' } } },
      'table-name',
    ],
    ['a mapping', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, 2],
    ['the branch a condition chooses', { 'Fn::If': ['InChina', { Ref: 'Nowhere' }, 'here'] }, 'here'],
    ['a condition', { Condition: 'Elsewhere' }, true],
    ['all of several conditions', { 'Fn::If': ['Both', 1, 2] }, 2],
    ['one of several conditions', { 'Fn::If': ['Either', 1, 2] }, 1],
    ['plain values as they are', { a: [1, true, null, 'x'] }, { a: [1, true, null, 'x'] }],
  ])('gives %s', (_, value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  it('leaves out what AWS::NoValue stands for, in objects and in lists', () => {
    const value = {
      kept: 1,
      gone: { 'Fn::If': ['InChina', 1, { Ref: 'AWS::NoValue' }] },
      list: [{ Ref: 'AWS::NoValue' }, 2],
    };
    expect(resolved(value)).toEqual({ kept: 1, list: [2] });
  });

  it('keeps a policy statement’s member "Condition", which is no function', () => {
    const statement = { Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    expect(resolved(statement)).toEqual(statement);
  });

  it.each([
    [{ Ref: 'Nowhere' }, 'Ref Nowhere names no resource that is deployed, and no parameter'],
    [{ Ref: 'Unset' }, 'the parameter Unset has no default'],
    [{ Ref: 'BootstrapVersion' }, 'SSM parameter store'],
    [{ 'Fn::GetAtt': ['Queue', 'Colour'] }, 'does not know this attribute of AWS::SQS::Queue'],
    [{ 'Fn::GetAtt': ['Later', 'Arn'] }, 'Fn::GetAtt Later names no resource that is deployed'],
    [{ 'Fn::GetAtt': ['Queue'] }, 'Fn::GetAtt needs a logical id and an attribute'],
    [{ 'Fn::Cidr': ['10.0.0.0/16', 2, 8] }, 'Fn::Cidr is not known to the local run'],
    [{ 'Fn::Join': [',', [{ a: 1, b: 2 }]] }, 'Fn::Join needs text and was given {"a":1,"b":2}'],
    [{ 'Fn::Join': ['a', 'b'] }, 'Fn::Join needs a list'],
    [{ 'Fn::Select': [2, ['a']] }, 'Fn::Select has no item 2 among 1'],
    [{ 'Fn::Split': ['|'] }, 'Fn::Split needs a list of 2'],
    [{ 'Fn::Not': ['perhaps'] }, 'Fn::Not needs true or false and was given "perhaps"'],
    [{ 'Fn::ImportValue': 'nobody' }, 'Fn::ImportValue nobody: no deployed stack exports this'],
    [{ 'Fn::GetStackOutput': { StackName: 'other', OutputName: 'x' } }, 'Fn::GetStackOutput other.x'],
    [{ 'Fn::GetStackOutput': { StackName: 'other', OutputName: 'x', Region: 'us-east-1' } }, 'region us-east-1'],
    [{ 'Fn::FindInMap': ['Sizes', 'mars', 'small'] }, 'Fn::FindInMap Sizes.mars.small: there is no such entry'],
    [{ 'Fn::If': ['Unheard', 1, 2] }, 'there is no condition Unheard'],
  ])('says what is wrong with %j', (value, message) => {
    expect(() => resolved(value)).toThrow(message);
  });
});
