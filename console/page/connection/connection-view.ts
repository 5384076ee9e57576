import { byId, mark, write } from '../elements.ts';
import { quietFor, sayQuiet } from './freshness.ts';

/** As the client library tells it. */
export type ConnectionState = 'connecting' | 'open' | 'waiting' | 'closed';

const said: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting',
  open: 'Live',
  waiting: 'Cut off, trying again',
  closed: 'Closed',
};

/** The lamp at the top: whether we are connected, and whether anything comes. @param announce - tells everybody */
export const createConnection = (announce: (text: string) => void) => {
  let state: ConnectionState = 'connecting';
  let wasQuiet = false;
  let lastAt: number | undefined;
  const words = byId('connection-words');
  return {
    /** Something went wrong that is tried again: for whoever wants to know more. */
    complained: (why: string): void => mark(byId('connection'), 'title', why),
    changed: (next: ConnectionState, detail?: string): void => {
      mark(byId('connection'), 'title', detail);
      if (next === state) return;
      // The way from being cut off to trying again is no news.
      if (next === 'open' || (next === 'waiting' && state === 'open')) announce(said[next]);
      if (next === 'open') lastAt ??= Date.now();
      state = next;
    },
    /** A message came, of whatever channel. Milliseconds since the epoch, here and below. */
    saw: (now: number): void => {
      lastAt = now;
    },
    draw: (now: number): void => {
      const quiet = quietFor(lastAt, now);
      const isQuiet = state === 'open' && quiet !== undefined;
      mark(byId('connection'), 'data-state', isQuiet ? 'quiet' : state);
      write(words, isQuiet ? sayQuiet('message', quiet) : said[state]);
      if (isQuiet && !wasQuiet) announce('No message comes any more');
      if (wasQuiet && state === 'open' && !isQuiet) announce('Messages come again');
      wasQuiet = isQuiet;
    },
  };
};
