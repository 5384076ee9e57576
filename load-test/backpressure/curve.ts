import type { Sample } from './sample.ts';

/** Seconds since the first sample. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** A level to compare with. */
  readonly level?: { readonly value: number; readonly name: string };
}

const width = 760;
const panelHeight = 150;
const margin = { left: 70, right: 20, top: 34, bottom: 34 } as const;
const inner = width - margin.left - margin.right;
const innerHeight = panelHeight - 40;

const at = (value: number): string => value.toFixed(1);

/** 1, 2 or 5 times a power of ten, so that there are about four steps. */
export const niceStep = (most: number): number => {
  const rough = Math.max(most, 1e-9) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
};

const steps = (most: number): number[] => {
  const step = niceStep(most);
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, n) => n * step);
};

const panelOf = (panel: Panel, times: readonly number[], slow: Span, top: number): string => {
  const last = times.at(-1) ?? 1;
  const ticks = steps(Math.max(1, ...panel.values, panel.level?.value ?? 0));
  const most = ticks.at(-1) ?? 1;
  const x = (at: number): number => margin.left + (at / last) * inner;
  const y = (value: number): number => top + innerHeight - (value / most) * innerHeight;
  const line = panel.values.map((value, n) => `${at(x(times[n] ?? 0))},${at(y(value))}`).join(' ');
  const right = margin.left + inner;
  return [
    `<text class="title" x="${margin.left}" y="${top - 10}">${panel.title}, ${panel.unit}</text>`,
    `<rect class="slow" x="${at(x(slow.from))}" y="${top}" width="${at(x(slow.to) - x(slow.from))}" height="${innerHeight}"/>`,
    ...ticks.flatMap((tick) => [
      `<line class="grid" x1="${margin.left}" x2="${right}" y1="${at(y(tick))}" y2="${at(y(tick))}"/>`,
      `<text class="tick" x="${margin.left - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${tick.toLocaleString('en-US')}</text>`,
    ]),
    ...(panel.level
      ? [
          `<line class="level" x1="${margin.left}" x2="${right}" y1="${at(y(panel.level.value))}" y2="${at(y(panel.level.value))}"/>`,
          `<text class="tick" x="${right}" y="${at(y(panel.level.value) - 5)}" text-anchor="end">${panel.level.name}</text>`,
        ]
      : []),
    `<polyline class="curve" points="${line}"/>`,
  ].join('\n');
};

/** A moving mean over three samples: a batch is counted when it ends, and a second has few of them. */
export const smooth = (values: readonly number[]): number[] =>
  values.map((_, n) => {
    const near = values.slice(Math.max(0, n - 1), n + 2);
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });

/** Lag, throughput and memory over time, one above the other; readable on light and on dark ground. */
export const curve = (samples: readonly Sample[], slow: Span, rate: number, memoryLimit: number): string => {
  const times = samples.map(({ at }) => at);
  const panels: readonly Panel[] = [
    { title: 'Lag of the shard furthest behind', unit: 's', values: samples.map(({ lag }) => lag) },
    {
      title: 'Stored',
      unit: 'events/s, mean of 3 s',
      values: smooth(samples.map(({ stored }) => stored)),
      level: { value: rate, name: `${rate}/s are sent` },
    },
    {
      title: 'Memory of the largest function',
      unit: 'MB resident',
      values: samples.map(({ memory }) => memory),
      level: { value: memoryLimit, name: `${memoryLimit} MB are allowed` },
    },
  ];
  const height = margin.top + panels.length * panelHeight + margin.bottom;
  const bottom = margin.top + panels.length * panelHeight - 40;
  const last = times.at(-1) ?? 1;
  const x = (at: number): string => (margin.left + (at / last) * inner).toFixed(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" role="img" aria-label="While PostgreSQL is slow, lag grows and memory stays flat; afterwards lag shrinks">
<style>
  .title { font-size: 13px; font-weight: 600; fill: #1f2328 } .tick { font-size: 11px; fill: #59636e }
  .grid { stroke: #d1d9e0; stroke-width: 0.6 } .level { stroke: #59636e; stroke-dasharray: 4 3 }
  .curve { fill: none; stroke: #0969da; stroke-width: 1.8; stroke-linejoin: round } .slow { fill: #d29922; opacity: 0.16 }
  @media (prefers-color-scheme: dark) {
    .title { fill: #f0f6fc } .tick { fill: #9198a1 } .grid { stroke: #3d444d } .level { stroke: #9198a1 } .curve { stroke: #4493f8 }
  }
</style>
${panels.map((panel, n) => panelOf(panel, times, slow, margin.top + n * panelHeight)).join('\n')}
${steps(last)
  .filter((tick) => tick <= last)
  .map((tick) => `<text class="tick" x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`)
  .join('\n')}
<text class="tick" x="${margin.left + inner}" y="${bottom + 36}" text-anchor="end">seconds; PostgreSQL is slow where it is shaded</text>
</svg>
`;
};
