import type { RejectReason } from '../../lambdas/shared/errors/platform-error.ts';
import type { FeedEvent } from '../feed-event.ts';
import {
  bombed,
  cutDatum,
  falselyCompressed,
  foreign,
  noUtf8,
  strangeSchema,
  trailing,
  truncated,
  withByte,
  withBytesFor,
} from './broken-bytes.ts';
import { brokenRules, otherContent } from './broken-rules.ts';
import { changed, encoded, type Change, type Material, type WrongKind } from './wrong-kind.ts';

type Header = FeedEvent['event']['header'];

/** Of one source: what wrong records of it are made from. */
interface Ingredients {
  readonly source: string;
  /** That every kind is made of that any source can have. */
  readonly subject: string;
  /** A field of it that is text. */
  readonly text: string;
  /** A subject that another stream carries. */
  readonly stranger: string;
}

const ingredients: readonly Ingredients[] = [
  { source: 'market', subject: 'market-quote', text: 'symbol', stranger: 'social-post' },
  { source: 'stadium-sensors', subject: 'sensor-position', text: 'player', stranger: 'market-trade' },
  { source: 'broadcast', subject: 'broadcast-event', text: 'team', stranger: 'sensor-position' },
  { source: 'social', subject: 'social-post', text: 'text', stranger: 'broadcast-event' },
];

/** Not settings of ours: only so large, and so far away, that no sensible setting takes them. */
const tooManyBytes = 300 * 1024;
const tooManyForMessage = 450 * 1024;
const dayMicros = 86_400_000_000;
/** Longer than any header's field may be. */
const endless = 'x'.repeat(201);

type Make = (material: Material, ingredients: Ingredients) => ReturnType<WrongKind['make']>;

const bytes =
  (spoil: (frame: Buffer) => Buffer): Make =>
  ({ encoder, event }, { subject }) => {
    const record = encoded(encoder, event(subject));
    return { ...record, data: spoil(record.data) };
  };

const fields =
  (change: (text: string) => Change): Make =>
  ({ encoder, event }, { subject, text }) =>
    encoded(encoder, changed(event(subject), change(text)));

const padded = (length: number): Make => fields((text) => () => ({ [text]: 'x'.repeat(length) }));

/** Other bytes in the middle of a text. */
const spoiledText =
  (spoiled: Buffer): Make =>
  ({ encoder, event }, { subject, text }) => {
    const placeholder = '~'.repeat(spoiled.length);
    const record = encoded(
      encoder,
      changed(event(subject), () => ({ [text]: `a${placeholder}z` })),
    );
    return { ...record, data: withBytesFor(record.data, placeholder, spoiled) };
  };

const header =
  (change: (header: Header) => Partial<Header>): Make =>
  ({ encoder, event }, { subject }) => {
    const right = event(subject);
    const { header: old } = right.event;
    return encoded(encoder, { ...right, event: { ...right.event, header: { ...old, ...change(old) } } });
  };

/** What any source can have: name, reason, and how it is made. */
const ofAnySource: readonly (readonly [string, RejectReason, Make])[] = [
  ['cut within the frame', 'truncated-frame', bytes(truncated)],
  ['not in our framing', 'foreign-frame', bytes(foreign)],
  ['unknown compression byte', 'unknown-compression', bytes((frame) => withByte(frame, 1, 9))],
  ['says zlib and is not', 'broken-compression', bytes(falselyCompressed)],
  ['inflates without end', 'decompression-bomb', bytes(bombed)],
  ['schema nobody registered', 'unknown-schema', bytes(strangeSchema)],
  ['cut within the datum', 'undecodable', bytes(cutDatum)],
  ['bytes behind the datum', 'undecodable', bytes(trailing)],
  ['text that is not UTF-8', 'invalid-text', spoiledText(noUtf8.latin1)],
  ['first half of a surrogate pair', 'invalid-text', spoiledText(noUtf8.firstHalf)],
  ['second half of a surrogate pair', 'invalid-text', spoiledText(noUtf8.secondHalf)],
  ['surrogate pair as two characters', 'invalid-text', spoiledText(noUtf8.bothHalves)],
  ['U+0000 in two bytes', 'invalid-text', spoiledText(noUtf8.longZero)],
  ['U+0000 in text', 'invalid-text', fields((text) => () => ({ [text]: 'a\u0000z' }))],
  [
    'on the wrong stream',
    'wrong-subject',
    ({ encoder, event }, { source, stranger }) => ({ ...encoded(encoder, event(stranger)), source }),
  ],
  ['another source', 'wrong-subject', header(({ source }) => ({ source: `${source}-2` }))],
  ['no id', 'broken-rule', header(() => ({ sourceEventId: '' }))],
  ['endless id', 'broken-rule', header(() => ({ sourceEventId: endless }))],
  ['from tomorrow', 'broken-rule', header(({ occurredAt }) => ({ occurredAt: occurredAt + dayMicros }))],
  ['correlation id with an umlaut', 'broken-rule', header(() => ({ correlationId: 'für alle' }))],
  ['endless trace parent', 'broken-rule', header(() => ({ traceparent: endless }))],
  ['too large', 'too-large', padded(tooManyBytes)],
  ['too large to be parked in a message', 'too-large', padded(tooManyForMessage)],
  [
    'same key, other content',
    'conflict',
    ({ encoder, sent }, { source }) => {
      const before = sent(source);
      const change = otherContent[before?.subject ?? ''];
      return before && change && encoded(encoder, changed(before, change));
    },
  ],
];

const generic = ofAnySource.flatMap(([name, reason, make]) =>
  ingredients.map((of): WrongKind => ({ source: of.source, name, reason, make: (material) => make(material, of) })),
);

const sourceOf = (subject: string): string =>
  subject.startsWith('market-') ? 'market' : (ingredients.find((of) => of.subject === subject)?.source ?? subject);

const rules = Object.entries(brokenRules).flatMap(([subject, changes]) =>
  Object.entries(changes).map(([name, change]): WrongKind => ({
    source: sourceOf(subject),
    name: `${subject}: ${name}`,
    reason: 'broken-rule',
    make: ({ encoder, event }) => encoded(encoder, changed(event(subject), change)),
  })),
);

/**
 * Every reason that a producer can cause, on every stream. Two are not here: `too-old`, since the local environment
 * keeps every age, and `refused-by-store`, which a rule should have caught. Nor is the rule against times before 1800:
 * the encoder, as any on the same library, does not write such numbers.
 */
export const wrongKinds: readonly WrongKind[] = [...generic, ...rules];
