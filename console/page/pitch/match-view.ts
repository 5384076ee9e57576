import { quietFor, sayQuiet } from '../connection/freshness.ts';
import { byId, byKind, make, mark, write } from '../elements.ts';
import { isNews, subjectOf, textIn, type Message } from '../messages.ts';
import { createRolling } from '../rolling-list.ts';
import { describePitch } from './describe.ts';
import { readHappening, sensorOf, type Happening } from './happenings.ts';
import { afterPositions, type Match, type Side } from './match.ts';
import { createPitch } from './pitch-view.ts';
import { createPlayback } from './playback.ts';
import { afterHappening, sayScore, withGap, type Score } from './score.ts';

const mostHappenings = 11;
/** How often the words for the picture are written anew, for whoever reads instead of looking. Milliseconds. */
const describeEvery = 5_000;
/** Two teams and the ball. */
const everybody = 23;
/** So long happenings wait for who everybody is. Milliseconds. */
const positionsMs = 2_000;

/** The match: the picture, its words, its score and what happens. @param announce - tells everybody, a goal for one */
export const createMatch = (announce: (text: string) => void) => {
  const pitch = createPitch(byKind('pitch', HTMLCanvasElement));
  const openedAt = Date.now();
  let playback = createPlayback();
  const sides = new Map<string, Side>();
  let match: Match | undefined;
  let score: Score | undefined;
  // Where nothing comes from the beginning on, that is told too.
  let lastAt = openedAt;
  let describedAt = 0;
  let isNew = false;
  /** Matches of which messages are gone for good. */
  const partial = new Set<string>();
  let waiting: Message[] = [];
  let tellAt = 0;

  const entry = ({ type, words, at, team, isCritical }: Happening): readonly Node[] => [
    make('time', {}, at),
    make('i', { class: 'side', 'data-side': sides.get(team) ?? 'none', 'aria-hidden': 'true' }),
    make('span', { class: 'what', 'data-type': isCritical ? 'critical' : type }, words),
    make('span', { class: 'who' }, team),
  ];
  const list = createRolling<Happening>(byId('events'), mostHappenings, entry);

  const learnSides = ({ events }: Message): void => {
    for (const event of events) {
      const team = textIn(event.body, 'team');
      const sensor = sensorOf(event);
      const side = sensor === undefined ? undefined : match?.movers.get(sensor)?.side;
      if (team !== undefined && side !== undefined && event.body['type'] !== 'card') sides.set(team, side);
    }
  };
  const happen = (message: Message): void => {
    learnSides(message);
    // Old matches are told of too, when a page is opened.
    if (match && subjectOf(message.channel) !== match.id) return;
    score = afterHappening(score, message);
    if (partial.has(score.match)) score = withGap(score);
    isNew = true;
    const shirtOf = (sensor: string): string | undefined => match?.movers.get(sensor)?.label;
    for (const event of message.events) {
      const happening = readHappening(event, shirtOf);
      if (!happening) continue;
      list.add([happening]);
      if (happening.type === 'goal' && isNews(event, openedAt)) announce(`Goal for ${happening.team}`);
    }
  };
  /** Who a player is, only the positions tell: happenings wait for them, but not for ever. */
  const tellHappenings = (now: number): void => {
    if (waiting.length === 0 || ((match?.movers.size ?? 0) < everybody && now < tellAt)) return;
    for (const message of waiting) happen(message);
    waiting = [];
  };

  return {
    repaint: pitch.repaint,
    positions: (message: Message): void => {
      const before = match?.id;
      match = afterPositions(match, message);
      if (match && match.id !== before) playback = createPlayback();
      const now = Date.now();
      lastAt = now;
      if (match) playback.saw(match.newestAt, now);
    },
    happened: (message: Message): void => {
      const now = Date.now();
      if (waiting.length === 0) tellAt = now + positionsMs;
      waiting.push(message);
      // Not only when a frame is drawn: a tab that is hidden draws none.
      tellHappenings(now);
    },
    missed: ({ channel }: { readonly channel: string }): void => {
      partial.add(subjectOf(channel));
      if (score?.match === subjectOf(channel)) score = withGap(score);
    },
    draw: (now: number): void => {
      const at = playback.at(now);
      tellHappenings(now);
      pitch.draw(match, at);
      if (isNew && score) write(byId('score'), sayScore(score, sides));
      isNew = false;
      const quiet = quietFor(lastAt, now);
      byId('frozen').hidden = quiet === undefined;
      mark(byId('grass'), 'data-frozen', quiet === undefined ? undefined : '');
      if (quiet !== undefined) write(byId('frozen').firstElementChild ?? byId('frozen'), sayQuiet('position', quiet));
      if (match && at !== undefined && now - describedAt >= describeEvery) {
        describedAt = now;
        const words = describePitch([...match.movers.values()], at);
        write(byId('pitch-words'), quiet === undefined ? words : `${sayQuiet('position', quiet)}. Last seen: ${words}`);
      }
    },
  };
};
