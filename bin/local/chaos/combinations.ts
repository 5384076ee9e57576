import type { FaultName } from './fault-names.ts';

interface Conflict {
  readonly of: FaultName;
  readonly with: readonly FaultName[];
  readonly why: string;
}

/** What cannot do its work while another is there. */
const conflicts: readonly Conflict[] = [
  {
    of: 'postgres-down',
    with: ['postgres-slow', 'postgres-failover', 'postgres-deadlock', 'duplicate-delivery'],
    why: 'needs the server that is down',
  },
  {
    of: 'postgres-failover',
    with: ['postgres-deadlock', 'duplicate-delivery'],
    why: 'needs statements that write',
  },
  { of: 'dynamodb-down', with: ['duplicate-delivery'], why: 'needs batches that are finished' },
  {
    of: 'bad-deploy',
    with: ['kill', 'queue-down', 'bucket-down', 'poison-burst'],
    why: 'needs records of the source that is held',
  },
];

/** These end by waiting for something: they begin first and so end last, when whatever they need is there again. */
const waitAtTheirEnd: readonly FaultName[] = ['kill', 'crash-record'];

/**
 * The order in which faults that are there together begin.
 * @throws Error naming two that cannot be together
 */
export const orderOf = (names: readonly FaultName[]): readonly FaultName[] => {
  for (const { of, with: others, why } of conflicts) {
    const other = others.find((name) => names.includes(name));
    if (names.includes(of) && other !== undefined) throw new Error(`${other} cannot be with ${of}: it ${why}`);
  }
  return [
    ...names.filter((name) => waitAtTheirEnd.includes(name)),
    ...names.filter((name) => !waitAtTheirEnd.includes(name)),
  ];
};
