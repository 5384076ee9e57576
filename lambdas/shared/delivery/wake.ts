import * as z from 'zod/mini';
import { cutIntoCalls } from '../batch/cut-calls.ts';
import { readJson } from './read-json.ts';

/** Says that something waits in these channels. It carries nothing else: the relay looks for itself. */
export const Wake = z.object({
  channels: z.array(z.string().check(z.minLength(1), z.maxLength(300))).check(z.minLength(1)),
});
export type Wake = Readonly<z.output<typeof Wake>>;

/** Well below what a queue takes, with the brackets. An instance that takes ten of them has a bounded list. */
const most = { items: 2_000, bytes: 200_000 } as const;

/** Bodies for the wake queue, each channel once, in as few messages as may be. */
export const wakeBodies = (channels: Iterable<string>): string[] =>
  cutIntoCalls([...new Set(channels)], (channel) => Buffer.byteLength(JSON.stringify(channel)) + 1, most).map((some) =>
    JSON.stringify({ channels: some } satisfies Wake),
  );

/** @throws Error where the body is no wake; without its content */
export const readWake = (body: string): Wake => readJson(Wake, body, 'the wake');
