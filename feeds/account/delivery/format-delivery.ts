import {
  deliveryFaultKinds,
  type DeliveryAccount,
  type DeliveryFaultKind,
  type FamilyAccount,
} from './delivery-book.ts';
import { percentilesOf } from './latencies.ts';

const number = (count: number): string => Math.round(count).toLocaleString('en-US');

const row = (name: string, count: number, remark = ''): string =>
  `  ${name.padEnd(24)}${number(count).padStart(12)}${remark === '' ? '' : `   ${remark}`}`;

const optional = (name: string, count: number, remark = ''): string[] =>
  count === 0 ? [] : [row(name, count, remark)];

const cells = (name: string, values: readonly string[]): string =>
  `  ${name.padEnd(24)}${values.map((value) => value.padStart(12)).join('')}`;

const latency = (name: string, values: readonly number[]): string[] => {
  const found = percentilesOf(values);
  if (!found) return [];
  const { p50, p95, p99, max } = found;
  return [cells(name, [p50, p95, p99, max].map(number))];
};

const formatFamily = (account: FamilyAccount): string[] => {
  const { family, delivery, channels, messages, events, byPush, byResume, repeats, tombstones, latencies } = account;
  if (channels === 0 && Object.keys(account.faults).length === 0) return [];
  return [
    `${family}, ${delivery}, ${number(channels)} ${channels === 1 ? 'channel' : 'channels'}`,
    row('messages', messages, `${number(events)} events`),
    row('by push', byPush),
    row('by resume', byResume),
    ...optional('in a snapshot', account.skipped, 'messages that a snapshot stood for, after an interruption'),
    ...optional('out of order', account.reordered, 'AppSync took the next ones of their call first'),
    row('repeats', repeats, repeats > 0 ? 'the same, and dropped by their number' : ''),
    ...(delivery === 'latest' ? [row('superseded', account.superseded)] : []),
    ...optional('expired', account.expired, 'too old when they could have gone out'),
    ...optional('tombstones', tombstones, 'could not be published, and are in the dead letters'),
    ...optional('aged out', account.agedOut, 'deleted by now: not checked'),
    ...(latencies.delivered.length > 0 ? [cells('latency, ms', ['p50', 'p95', 'p99', 'max'])] : []),
    ...latency('arrival to stored', latencies.stored),
    ...latency('arrival to delivered', latencies.delivered),
    ...latency('due to delivered', latencies.relayed),
    ...Object.entries(account.faults).map(([kind, count]) =>
      row('FAULT', count, deliveryFaultKinds[kind as DeliveryFaultKind]),
    ),
  ];
};

/** As lines for a person: a table per kind of channels, then where to look. */
export const formatDelivery = ({ families, examples }: DeliveryAccount): string[] => [
  'Delivered: every number of every channel, as a subscriber of its own got them; an event is due when it is stored,',
  'or when the rate of its channel lets its message go, where that is later',
  ...families.flatMap(formatFamily),
  ...examples.map(({ kind, what }) => `  ${deliveryFaultKinds[kind]}: ${what}`),
];
