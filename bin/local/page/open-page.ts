import { setTimeout as wait } from 'node:timers/promises';
import type { HoldStatus, LocalStatus } from '../../../console/page/status.ts';
import type { SendRecords } from '../../../feeds/send-feed.ts';
import type { MetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';
import type { Platform } from '../platform.ts';
import { takeAccountUntil } from './account-until.ts';
import { buildPage } from './build-page.ts';
import { createRates } from './count-sent.ts';
import { createOnDemand } from './on-demand-account.ts';
import { readRelay, readSource } from './read-line.ts';
import { startPage, type Page } from './start-page.ts';

/** What the page needs of a run. */
export interface RunBehind {
  readonly world: {
    readonly metrics: MetricsStore;
    readonly events: { readonly plainEndpoint: string };
    readonly issuer: { readonly endpoint: string };
  };
  readonly deployed: { output(stack: string, name: string): string };
}

/** The page of a running platform. */
export interface OpenPage extends Page {
  /** The platform, whose senders tell the page what they send. */
  readonly platform: Platform;
}

const rateSeconds = 5;
/** Several pages look once a second: what they see may be as old as this. Milliseconds. */
const freshMs = 500;
/** An account reads everything there is; after this long it is given up. Milliseconds. */
const accountMs = 120_000;

const counted = (platform: Platform, count: (source: string, records: number) => void): Platform => ({
  ...platform,
  senders: new Map(
    [...platform.senders].map(([source, send]): [string, SendRecords] => [
      source,
      async (records) => {
        await send(records);
        count(source, records.length);
      },
    ]),
  ),
});

/** Asks at most once in a while, and once for all who ask meanwhile. */
const remembering = <T>(ask: () => Promise<T>, now: () => number): (() => Promise<T>) => {
  let asked: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (!asked || now() - asked.at >= freshMs) asked = { at: now(), answer: ask() };
    return asked.answer;
  };
};

/** @throws the signal's own reason, which says that it took too long */
const sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
  await wait(ms);
  signal.throwIfAborted();
};

const holdOf = ({ cause, why, since }: HoldStatus): HoldStatus => ({ cause, why, since });

/** Serves the page of a run. @throws Error where it cannot be bundled, or the run has no delivery */
export const openPage = async ({ world, deployed }: RunBehind, platform: Platform): Promise<OpenPage> => {
  const now = Date.now;
  const startedAt = now();
  const rates = createRates(now);
  const account = createOnDemand(
    (signal) =>
      takeAccountUntil(
        {
          readers: platform.readers,
          isCaughtUp: async (since) => {
            const held = await platform.holds();
            return platform.isCaughtUp(since, new Set(held.map(({ source }) => source)));
          },
          now,
          sleep,
        },
        signal,
      ),
    { now, patienceMs: accountMs },
  );
  const eventsHost = deployed.output('millrace-local-delivery', 'EventsHttpDns');
  const readLine = async (): Promise<Omit<LocalStatus, 'account'>> => {
    const at = now();
    const holds = new Map((await platform.holds()).map((hold) => [hold.source, holdOf(hold)]));
    return {
      at,
      startedAt,
      eventsHost,
      sources: platform.sources.toSorted().map((source) => ({
        ...readSource(world.metrics, source, rates.perSecond(source, rateSeconds), at),
        hold: holds.get(source) ?? null,
      })),
      relay: readRelay(world.metrics, at),
    };
  };
  const line = remembering(readLine, now);
  const page = await startPage({
    files: await buildPage(),
    events: world.events.plainEndpoint,
    api: deployed.output('millrace-local-rest-api', 'ApiUrl'),
    issuer: world.issuer.endpoint,
    status: async () => ({ ...(await line()), account: account.status() }),
    takeAccount: () => account.take(),
  });
  return { ...page, platform: counted(platform, rates.count) };
};
