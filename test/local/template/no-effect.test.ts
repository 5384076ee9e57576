import { describe, expect, it } from 'vitest';
import { providers } from '../../../local/resources/providers.ts';
import { noEffectProperties, noEffectTypes } from '../../../local/template/no-effect.ts';
import { effectiveProperties, standIn } from '../../../local/template/without-effect.ts';

const place = (type: string) => ({ stack: 'shop', logicalId: 'Thing1', type });

describe('the list of what has no local effect', () => {
  it('gives a reason for every type and property', () => {
    const reasons = [
      ...Object.values(noEffectTypes).map(({ reason }) => reason),
      ...Object.values(noEffectProperties).flatMap((properties) => Object.values(properties)),
    ];
    expect(reasons.length).toBeGreaterThan(60);
    for (const reason of reasons) expect(reason).toMatch(/^\w.{4,}\.$/);
  });

  it('names no type twice: one is deployed, or it has no effect', () => {
    expect([...providers.keys()].filter((type) => type in noEffectTypes)).toEqual([]);
    expect(Object.keys(noEffectProperties).filter((type) => !providers.has(type))).toEqual([]);
  });
});

describe('effectiveProperties', () => {
  it('leaves out listed properties, nested ones too, and nothing else', () => {
    const properties = {
      Target: { Arn: 'a', RoleArn: 'b', RetryPolicy: { x: 1 } },
      State: 'ENABLED',
      Description: 'd',
    };
    expect(effectiveProperties('AWS::Scheduler::Schedule', properties)).toEqual({
      Target: { Arn: 'a' },
      State: 'ENABLED',
    });
  });

  it('leaves a type without a list as it is', () => {
    expect(effectiveProperties('AWS::Glue::SchemaVersion', { Tags: [] })).toEqual({ Tags: [] });
  });
});

describe('standIn', () => {
  it('takes the name the template gives', () => {
    const role = noEffectTypes['AWS::IAM::Role'];
    expect(role && standIn(role, place('AWS::IAM::Role'), { RoleName: 'reader' })).toEqual({
      ref: 'reader',
      attributes: { Arn: 'arn:aws:iam::000000000000:role/reader' },
    });
  });

  it('makes a name up that is always the same, shaped as AWS does', () => {
    const subnet = noEffectTypes['AWS::EC2::Subnet'];
    const made = subnet && standIn(subnet, place('AWS::EC2::Subnet'), { AvailabilityZone: 'eu-west-1a' });
    expect(made?.ref).toMatch(/^subnet-[0-9a-f]{17}$/);
    expect(made?.attributes).toEqual({ SubnetId: made?.ref, AvailabilityZone: 'eu-west-1a' });
    expect(subnet && standIn(subnet, place('AWS::EC2::Subnet'), {})).toEqual({
      ref: made?.ref,
      attributes: { SubnetId: made?.ref, AvailabilityZone: '' },
    });
  });
});
