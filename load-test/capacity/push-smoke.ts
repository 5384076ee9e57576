import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEventsHost } from '../../local/services/appsync-events/events-host.ts';
import { makeCertificates } from '../../local/services/certificates.ts';
import { startIssuer } from '../../local/services/oidc/start-issuer.ts';
import { percentile } from '../benchmarks/statistics.ts';
import type { ClientsFigures, ClientsTask } from './smoke-clients.ts';

export interface SmokePlan {
  readonly clients: number;
  /** Calls a second, and events in each. */
  readonly callsPerSecond: number;
  readonly eventsPerCall: number;
  readonly seconds: number;
  readonly eventBytes: number;
}

export interface SmokeFigures extends SmokePlan {
  readonly subscribedMs: number;
  /** Clients that got every event. */
  readonly complete: number;
  readonly framesPerSecond: number;
  /** From before the publish to a client's callback, milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly worst: number;
  /** Of one core, taken by the service's process while it published. */
  readonly cpuShare: number;
  readonly rssMb: number;
  /** How late timers of this process were, at the 99th percentile, milliseconds: what the poller would feel. */
  readonly ownDelayMs: number;
}

const issuerName = 'https://issuer.millrace.invalid';
const jiffiesPerSecond = 100;
/** How often it is looked whether timers are late. */
const timerMs = 5;

/** Processor seconds and resident megabytes of a process (proc(5)). */
const costOf = (pid: number): { readonly cpu: number; readonly rssMb: number } => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / jiffiesPerSecond,
    rssMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024,
  };
};

const now = (): number => performance.timeOrigin + performance.now();

const publishOnce = async (endpoint: string, token: string, body: string): Promise<void> => {
  const response = await fetch(`${endpoint}/event`, { method: 'POST', headers: { authorization: token }, body });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`a publish was answered ${response.status}: ${text}`);
};

/** Publishes on time, whatever the answers take; a token is enough proof here, as it is not what is measured. */
const publishAll = async (endpoint: string, token: string, plan: SmokePlan): Promise<void> => {
  const filling = 'x'.repeat(Math.max(0, plan.eventBytes - 40));
  const calls: Promise<void>[] = [];
  const began = performance.now();
  for (let n = 0; n < plan.callsPerSecond * plan.seconds; n += 1) {
    await sleep(Math.max(0, began + (n * 1_000) / plan.callsPerSecond - performance.now()));
    const event = JSON.stringify({ at: now(), filling });
    const body = JSON.stringify({
      channel: 'match/smoke',
      events: Array.from({ length: plan.eventsPerCall }, () => event),
    });
    calls.push(publishOnce(endpoint, token, body));
  }
  await Promise.all(calls);
};

/** Real sockets against the real process; the clients are in a third one. */
export const runPushSmoke = async (plan: SmokePlan): Promise<SmokeFigures> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-smoke-'));
  const issuer = await startIssuer();
  const certificates = await makeCertificates(folder);
  const events = createEventsHost({ folder, region: 'eu-west-1', certificates, jwks: issuer.jwks });
  const service = await events.start();
  const clients = fork(new URL('smoke-clients.ts', import.meta.url), { execArgv: [] });
  try {
    issuer.define(issuerName, 'millrace');
    const byToken = ['OPENID_CONNECT'] as const;
    const auth = { connectionAuth: byToken, publishAuth: byToken, subscribeAuth: byToken };
    const { apiId, httpDns } = await events.define({ name: 'smoke', openIdConnect: { issuer: issuerName }, ...auth });
    await events.addNamespace(apiId, { name: 'match' });
    const token = await issuer.mint();
    const header = Buffer.from(JSON.stringify({ host: httpDns, Authorization: token })).toString('base64url');
    const frames = plan.callsPerSecond * plan.seconds * plan.eventsPerCall;
    const task: ClientsTask = {
      url: `${events.plainEndpoint.replace('http', 'ws')}/event/realtime`,
      protocols: ['aws-appsync-event-ws', `header-${header}`],
      token,
      clients: plan.clients,
      channel: 'match/*',
      frames,
    };
    clients.send(task);
    await once(clients, 'message');
    const before = costOf(service.pid);
    const delay = monitorEventLoopDelay({ resolution: timerMs });
    delay.enable();
    const began = performance.now();
    await publishAll(events.plainEndpoint, token, plan);
    clients.send('published');
    const [got] = (await once(clients, 'message')) as [ClientsFigures];
    const tookSeconds = (performance.now() - began) / 1_000;
    delay.disable();
    const after = costOf(service.pid);
    return {
      ...plan,
      subscribedMs: got.subscribedMs,
      complete: got.complete,
      framesPerSecond: got.latencies.length / tookSeconds,
      p50: percentile(got.latencies, 50),
      p95: percentile(got.latencies, 95),
      worst: percentile(got.latencies, 100),
      cpuShare: (after.cpu - before.cpu) / tookSeconds,
      rssMb: after.rssMb,
      ownDelayMs: delay.percentile(99) / 1e6 - timerMs,
    };
  } finally {
    clients.kill('SIGKILL');
    await service.stop();
    await issuer.stop();
    await rm(folder, { recursive: true });
  }
};
