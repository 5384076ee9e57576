import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelOf } from '../../../feeds/account/delivery/channel-of.ts';
import { segment } from '../../../lambdas/enrichment/channel.ts';
import { compositeName } from '../../../lambdas/enrichment/composite-name.ts';

const name = fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 80 }), fc.stringMatching(/^[a-c/%-]{1,12}$/));

describe('the channel that an event belongs to', () => {
  it('is what the enrichers say, by a way of its own', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(channelOf('social-post', one)).toBe(`social/posts/${segment(one)}`);
        expect(channelOf('market-quote', one)).toBe(`market/quotes/${segment(one)}`);
        expect(channelOf('sensor-position', compositeName(one, other))).toBe(`match/positions/${segment(one)}`);
      }),
    );
  });

  it('is none of a subject that nobody is told of', () => {
    expect(channelOf('something-else', 'x')).toBeUndefined();
  });
});
