import { byId, drawSpark, mark, write } from '../elements.ts';
import { rate, shortCount, span } from '../numbers.ts';
import { areaPath, boxFor, linePath, quantile, scaleFromZero } from '../series.ts';
import type { LocalStatus, SourceStatus } from '../status.ts';

const spark = { width: 120, height: 28 };
const seconds = 60;

const sparkIn = (station: string, values: readonly number[]): void => {
  const svg = byId(station).querySelector('.spark');
  if (!svg) return;
  const [scale, box] = [scaleFromZero(values), boxFor(values, spark, seconds)];
  drawSpark(svg, linePath(values, box, scale), areaPath(values, box, scale));
};

const by = (sources: readonly SourceStatus[]): string => {
  const parts = sources
    .filter(({ rejected }) => rejected > 0)
    .map(({ source, rejected }) => `${source} ${shortCount(rejected)}`);
  return parts.length === 0 ? 'nothing parked' : parts.join(' · ');
};

/** What comes behind the store, and what falls out before it. */
export const showTail = ({ relay, sources }: LocalStatus): void => {
  write(byId('unsent'), relay.unsent === null ? '–' : shortCount(relay.unsent));
  const { oldestUnsentMs } = relay;
  write(byId('oldest'), oldestUnsentMs === null ? 'oldest –' : `oldest ${span(oldestUnsentMs)}`);
  write(byId('published'), rate(relay.publishedPerSecond));
  write(byId('superseded'), `${rate(relay.supersededPerSecond)} superseded/s`);
  mark(byId('published'), 'data-level', relay.failedPerSecond > 0 ? 'bad' : undefined);
  sparkIn('station-relay', relay.history);
  write(byId('rejected'), shortCount(sources.reduce((sum, { rejected }) => sum + rejected, 0)));
  write(byId('rejected-by'), by(sources));
};

/** How long events took from their arrival to this screen. @param history - messages a second */
export const showPush = (latencies: readonly number[], history: readonly number[]): void => {
  const [middle, tail] = [quantile(latencies, 0.5), quantile(latencies, 0.95)];
  write(byId('latency'), middle === undefined ? '–' : span(middle));
  write(byId('latency-tail'), tail === undefined ? 'p95 –' : `p95 ${span(tail)}`);
  sparkIn('station-push', history);
};
