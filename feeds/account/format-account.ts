import type { Account, SourceAccount } from './account.ts';
import { formatDelivery } from './delivery/format-delivery.ts';
import { faultKinds, type FaultKind } from './classify.ts';

const number = (count: number): string => count.toLocaleString('en-US');

const byReason = (reasons: Readonly<Record<string, number>>): string =>
  Object.entries(reasons)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([reason, count]) => `${reason} ${number(count)}`)
    .join(', ');

const row = (name: string, count: number, remark = ''): string =>
  `  ${name.padEnd(24)}${number(count).padStart(12)}${remark === '' ? '' : `   ${remark}`}`;

const formatSource = ({ source, records, classes, reasons, faults, agedOut, landed }: SourceAccount): string[] => [
  source,
  row('in the stream', records),
  row(
    'stored',
    classes.stored,
    landed > 0 ? `${number(landed)} of them parked before, their dead letters are settled` : '',
  ),
  row('duplicate', classes.duplicate),
  row('dead letter', classes.deadLetter, byReason(reasons)),
  row('held', classes.held),
  row('lost', classes.lost),
  row('phantom', (faults.phantomRow ?? 0) + (faults.phantomDeadLetter ?? 0) + (faults.phantomHeld ?? 0)),
  ...(agedOut > 0 ? [row('aged out', agedOut, 'older than the stream remembers: not checked')] : []),
  ...Object.entries(faults).map(([kind, count]) => row('FAULT', count, faultKinds[kind as FaultKind])),
];

/** As lines for a person: a table per source, then where to look. */
export const formatAccount = ({ sources, delivery, examples, balances }: Account): string =>
  [
    'Account: every record of the stream, read again from the beginning',
    ...sources.flatMap(formatSource),
    ...examples.map(({ kind, position }) => `  ${faultKinds[kind]}: ${position}`),
    ...(delivery ? formatDelivery(delivery) : []),
    balances ? 'The account balances.' : 'THE ACCOUNT DOES NOT BALANCE.',
  ].join('\n');
