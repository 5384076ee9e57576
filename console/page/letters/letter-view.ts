import { make } from '../elements.ts';
import { bytes, span } from '../numbers.ts';
import { fromBase64, hexDump } from './hex-dump.ts';
import type { Letter } from './letter-answers.ts';

const mostLines = 64;

const facts = (pairs: readonly (readonly [string, string | null | undefined])[]): HTMLElement =>
  make(
    'dl',
    { class: 'facts' },
    ...pairs.flatMap(([name, value]) =>
      value === null || value === undefined || value === ''
        ? []
        : [make('div', {}, make('dt', {}, name), make('dd', {}, value))],
    ),
  );

const dumpOf = ({ bytes: encoded, size }: Letter): readonly Node[] => {
  if (encoded === undefined || encoded === null)
    return [make('p', { class: 'note' }, 'Its bytes are kept apart, and not shown here.')];
  const lines = hexDump(fromBase64(encoded), mostLines);
  const rest = size - mostLines * 16;
  const text = lines.map(({ offset, hex, text }) => `${offset}  ${hex.padEnd(47)}  ${text}`).join('\n');
  return [
    make('h3', {}, `The record, ${bytes(size)}`),
    make('pre', { class: 'dump', tabindex: '0', role: 'region', 'aria-label': 'The bytes of the record' }, text),
    ...(rest > 0 ? [make('p', { class: 'note' }, `and ${bytes(rest)} more`)] : []),
  ];
};

/** Everything about one dead letter. */
export const letterBody = (letter: Letter): readonly Node[] => {
  const took = Date.parse(letter.failedAt) - Date.parse(letter.arrivedAt);
  return [
    make('p', { class: 'wrong' }, letter.message),
    facts([
      ['Source', letter.source],
      ['Stage', letter.stage],
      ['Came', letter.via === 'parked' ? 'parked by its function' : 'given up by Lambda'],
      ['Status', letter.status],
      ['Attempts', String(letter.attempts)],
      ['Arrived', letter.arrivedAt],
      ['Failed', Number.isNaN(took) ? letter.failedAt : `${letter.failedAt} (${span(took)} later)`],
      ['Position', `${letter.stream} / ${letter.shard} / ${letter.sequenceNumber}`],
      ['Schema', letter.schemaId],
      ['Correlation', letter.correlationId],
      ['Error class', letter.errorClass],
    ]),
    ...dumpOf(letter),
  ];
};
