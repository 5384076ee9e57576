import { openConnection, type Connection, type ConnectionOptions } from './connection.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { createGapFiller } from './gap-filler.ts';
import { isWithin } from './patterns.ts';
import type { Resume } from './resume.ts';

export interface SubscriberOptions extends Omit<ConnectionOptions, 'token' | 'onEvent' | 'onLost' | 'now'> {
  /** Asked for each connection: a token may have expired by the next. */
  readonly token: () => Promise<string>;
  readonly resume: Resume;
  readonly log: DeliveryLog;
  /** Told of what a person should know: that it is cut off, and that it is back. */
  readonly say: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A client that has every message: pushed while it is connected, asked for where something is missing. */
export interface Subscriber {
  readonly log: DeliveryLog;
  /** How often it was connected again. */
  reconnects(): number;
  /** Cut off as by a cable: nothing is pushed to it, and it asks for nothing, until it is mended. */
  cut(): void;
  mend(): void;
  /** Asks for these channels, also where no gap is seen: the last of a channel may be what is missing. */
  suspect(channels: Iterable<string>): void;
  /** Whether it is connected, and has nothing to ask for. */
  isIdle(): boolean;
  close(): Promise<void>;
}

const lookEveryMs = 100;
const backoffMs = { first: 100, longest: 2_000 } as const;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** @returns when every subscription stands for the first time. @throws Error of that first connection */
export const startSubscriber = async (options: SubscriberOptions): Promise<Subscriber> => {
  const { log, resume, token, say, now = Date.now } = options;
  let connection: Connection | undefined;
  let reconnects = 0;
  let isClosed = false;
  let isCut = false;
  const gaps = createGapFiller({
    log,
    resume,
    now,
    complain: (error) => say(`the subscriber cannot resume: ${messageOf(error)}; it goes on trying`),
  });

  const channels = (): string[] => log.channels().map(({ channel }) => channel);

  const connect = async (): Promise<Connection> => {
    const made = await openConnection({
      ...options,
      now,
      token: await token(),
      onEvent: (text, pattern) => log.push(text, now(), (channel) => isWithin(pattern, channel)),
      onLost: (pattern) => {
        log.lost.push({ pattern, at: now() });
        gaps.suspect(channels().filter((channel) => isWithin(pattern, channel)));
      },
    });
    log.connected(now());
    // Nothing of the time without a connection is pushed again: every channel may have gone on.
    gaps.suspect(channels());
    return made;
  };

  /** @returns undefined where it was closed meanwhile */
  const connectAgain = async (): Promise<Connection | undefined> => {
    for (let failures = 0; ; failures += 1) {
      await sleep(Math.min(backoffMs.longest, backoffMs.first * 2 ** failures) * (0.5 + Math.random() / 2));
      if (isClosed) return undefined;
      if (isCut) {
        failures = 0;
        continue;
      }
      try {
        return await connect();
      } catch (error) {
        if (failures === 0) say(`the subscriber cannot connect: ${messageOf(error)}; it goes on trying`);
      }
    }
  };

  const stayConnected = async (): Promise<void> => {
    while (connection) {
      const { why, heardAt } = await connection.closed;
      log.disconnected(heardAt);
      connection = undefined;
      if (isClosed) return;
      say(`the subscriber was cut off: ${why}`);
      connection = await connectAgain();
      if (!connection) return;
      if (isClosed) return connection.close();
      reconnects += 1;
      say('the subscriber is connected again');
    }
  };

  connection = await connect();
  const staying = stayConnected();
  const timer = setInterval(() => {
    if (connection && !isCut) gaps.look();
  }, lookEveryMs);
  return {
    log,
    reconnects: () => reconnects,
    cut: () => {
      isCut = true;
      connection?.cut();
    },
    mend: () => {
      isCut = false;
    },
    suspect: (channels) => gaps.suspect(channels),
    isIdle: () => connection !== undefined && !isCut && !gaps.isBusy(),
    close: async () => {
      isClosed = true;
      clearInterval(timer);
      connection?.close();
      await staying;
    },
  };
};
