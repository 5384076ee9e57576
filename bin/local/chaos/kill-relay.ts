import type { Fault } from '../../../local/faults/fault.ts';
import { killAtRows } from '../../../local/faults/kill-at-rows.ts';
import { kill, type KillOptions, type KillPoint } from '../../../local/faults/kill.ts';
import type { ConnectSuperuser } from '../../../local/faults/with-superuser.ts';
import type { RunningFunctions } from '../../../local/runtime/function-host.ts';

export interface KillRelayOptions extends Omit<KillOptions, 'points'> {
  readonly functions: Pick<RunningFunctions, 'killInstance'>;
  readonly connect: ConnectSuperuser;
}

/** Where messages are published, and nobody has noted it yet: the next relay publishes them again. */
export const beforeMark = ({ functions, connect }: Pick<KillRelayOptions, 'functions' | 'connect'>): KillPoint =>
  killAtRows({
    name: 'before-mark',
    connect,
    lockRows: 'SELECT FROM millrace.messages WHERE published_at IS NULL FOR UPDATE SKIP LOCKED',
    statement: '%SET published_at%',
    killInstance: functions.killInstance,
  });

export const killRelay = ({ functions, connect, ...options }: KillRelayOptions): Fault => ({
  ...kill({ ...options, points: [beforeMark({ functions, connect })] }),
  name: 'relay-kill',
});
