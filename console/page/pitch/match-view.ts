import { quietFor, sayQuiet } from '../connection/freshness.ts';
import { byId, byKind, make, mark, write } from '../elements.ts';
import { subjectOf, textIn, type Message } from '../messages.ts';
import { clock } from '../numbers.ts';
import { createRolling } from '../rolling-list.ts';
import { describePitch } from './describe.ts';
import { readHappening, sensorOf, type Happening } from './happenings.ts';
import { afterPositions, type Match, type Side } from './match.ts';
import { createPitch } from './pitch-view.ts';
import { createPlayback } from './playback.ts';
import { afterHappening, withGap, type Score } from './score.ts';

const mostHappenings = 11;
/** How often the words for the picture are written anew, for whoever reads instead of looking. Milliseconds. */
const describeEvery = 5_000;

/** The match: the picture, its words, its score and what happens. @param announce - tells everybody, a goal for one */
export const createMatch = (announce: (text: string) => void) => {
  const pitch = createPitch(byKind('pitch', HTMLCanvasElement));
  let playback = createPlayback();
  const sides = new Map<string, Side>();
  let match: Match | undefined;
  let score: Score | undefined;
  let lastAt: number | undefined;
  let describedAt = 0;
  let isNew = false;

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
  const showScore = ({ goals, isPartial, clockSeconds, period }: Score): void => {
    const [home, away] = [...goals].toSorted(
      ([a], [b]) => Number(sides.get(a) === 'away') - Number(sides.get(b) === 'away'),
    );
    const half = period === 1 ? '1st' : period === 2 ? '2nd' : `${period}.`;
    const words = home && away ? `${home[0]} ${home[1]} – ${away[1]} ${away[0]}` : (home?.[0] ?? '–');
    write(byId('score'), `${words} · ${half} ${clock(clockSeconds)}${isPartial ? ' · since this page' : ''}`);
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
      learnSides(message);
      // Old matches are told of too, when a page is opened.
      if (match && subjectOf(message.channel) !== match.id) return;
      score = afterHappening(score, message);
      isNew = true;
      const happenings = message.events.flatMap((event) => readHappening(event) ?? []);
      list.add(happenings);
      for (const { type, team } of happenings) if (type === 'goal') announce(`Goal for ${team}`);
    },
    missed: (): void => {
      score = withGap(score);
    },
    /** @returns for how long nothing has come, milliseconds; undefined while something does */
    draw: (now: number): number | undefined => {
      const at = playback.at(now);
      pitch.draw(match, at);
      if (isNew && score) showScore(score);
      isNew = false;
      const quiet = quietFor(lastAt, now);
      byId('frozen').hidden = quiet === undefined;
      mark(byId('grass'), 'data-frozen', quiet === undefined ? undefined : '');
      if (quiet !== undefined) write(byId('frozen').firstElementChild ?? byId('frozen'), sayQuiet(quiet));
      if (match && at !== undefined && now - describedAt >= describeEvery) {
        describedAt = now;
        const words = describePitch([...match.movers.values()], at);
        write(byId('pitch-words'), quiet === undefined ? words : `${sayQuiet(quiet)}. Last seen: ${words}`);
      }
      return quiet;
    },
  };
};
