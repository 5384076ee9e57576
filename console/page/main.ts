import { createClient } from '../client/create-client.ts';
import type { SubscriptionOptions } from '../client/subscription.ts';
import { createAccount } from './account/account-view.ts';
import { createConnection } from './connection/connection-view.ts';
import { createLatencies } from './connection/latencies.ts';
import { readJson } from './connection/read-json.ts';
import { createTokens } from './connection/token.ts';
import { byId, byKind, write } from './elements.ts';
import { createLetters } from './letters/letters-view.ts';
import { createLanes } from './line/lanes-view.ts';
import { showPush, showTail } from './line/tail-view.ts';
import { createWater } from './line/water-view.ts';
import type { Message } from './messages.ts';
import { span } from './numbers.ts';
import { createMatch } from './pitch/match-view.ts';
import { createPosts } from './posts/posts-view.ts';
import { createQuotes } from './quotes/quotes-view.ts';
import type { LocalStatus } from './status.ts';
import { startTheme } from './theme.ts';

const statusEveryMs = 1_000;
/** An account of a long run takes its time; the server gives up before we do. */
const accountPatienceMs = 150_000;

const announce = (text: string): void => write(byId('announcer'), text);

const token = createTokens('/oidc/oauth2/token');
const match = createMatch(announce);
const quotes = createQuotes();
const posts = createPosts();
const connection = createConnection(announce);
const latencies = createLatencies();
const lanes = createLanes(byId('lanes'));
const water = createWater(byKind('race-water', HTMLCanvasElement), byId('race'), lanes.rows);
const letters = createLetters((path) => readJson(path, token));

const held = new Set<string>();
const tellHolds = ({ sources }: LocalStatus): void => {
  for (const { source, hold } of sources) {
    if (hold && !held.has(source)) announce(`${source} is held: ${hold.cause}`);
    if (!hold && held.has(source)) announce(`${source} is read again`);
    if (hold) held.add(source);
    else held.delete(source);
  }
};

const show = (status: LocalStatus): void => {
  lanes.show(status.sources);
  water.show(status);
  showTail(status);
  showPush(latencies.latencies, latencies.history);
  letters.sources(status.sources.map(({ source }) => source));
  account.show(status);
  tellHolds(status);
  write(byId('running'), `running for ${span(status.at - status.startedAt)}`);
};

const readStatus = async (query = ''): Promise<LocalStatus> =>
  (await readJson(`/local/status${query}`, undefined, query === '' ? undefined : accountPatienceMs)) as LocalStatus;
const look = async (query?: string): Promise<void> => {
  try {
    show(await readStatus(query));
    write(byId('line-note'), 'Rates are per second, over the last five.');
  } catch (error) {
    // The browser's own words for a server that is not there differ, and say nothing.
    const why = error instanceof TypeError ? 'the run has ended, or cannot be reached' : (error as Error).message;
    write(byId('line-note'), `No rates: ${why}`);
  }
};
const account = createAccount(() => look('?account'));

let before = performance.now();
const frame = (at: number): void => {
  requestAnimationFrame(frame);
  const now = Date.now();
  latencies.tick(now);
  water.draw((at - before) / 1_000);
  before = at;
  match.draw(now);
  connection.draw(now);
  quotes.draw();
};

const subscribe = (eventsHost: string): void => {
  const client = createClient({
    realtimeUrl: `${location.origin.replace(/^http/, 'ws')}/event/realtime`,
    host: eventsHost,
    apiUrl: location.origin,
    token,
    onState: (state, detail) => connection.changed(state, detail),
  });
  const on = (
    pattern: string,
    take: (message: Message) => void,
    more: Pick<SubscriptionOptions, 'after' | 'onGap'> = {},
  ): void => {
    const onMessage = (message: Message): void => {
      const now = Date.now();
      latencies.saw(message, now);
      connection.saw(now);
      take(message);
    };
    client.subscribe(pattern, { onMessage, onError: ({ message }) => connection.complained(message), ...more });
  };
  on('match/positions/*', match.positions);
  // From the beginning: a score is made of every goal.
  on('match/events/*', match.happened, { after: 0, onGap: match.missed });
  on('market/quotes/*', quotes.add);
  on('social/posts/*', posts.add);
};

const begin = async (): Promise<void> => {
  startTheme(() => {
    match.repaint();
    water.layOut();
  });
  requestAnimationFrame(frame);
  for (;;) {
    try {
      const status = await readStatus();
      show(status);
      subscribe(status.eventsHost);
      break;
    } catch (error) {
      write(byId('line-note'), `Waiting for the platform: ${(error as Error).message}`);
      await new Promise((resolve) => setTimeout(resolve, statusEveryMs));
    }
  }
  letters.begin();
  setInterval(() => void look(), statusEveryMs);
};

await begin();
