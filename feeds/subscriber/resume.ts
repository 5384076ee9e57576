import * as z from 'zod/mini';

const Page = z.object({
  delivery: z.enum(['each', 'latest']),
  given: z.int(),
  messages: z.optional(z.array(z.unknown())),
  snapshot: z.optional(z.object({ number: z.int(), events: z.array(z.unknown()) })),
  more: z.optional(z.boolean()),
});
const Gone = z.object({ oldest: z.int() });

/** What the endpoint has of a channel behind a number. `given` is the highest there is, also where it cannot be read yet. */
export type Resumed =
  | { readonly kind: 'messages'; readonly given: number; readonly messages: readonly unknown[] }
  /** The newest of each entity, and the number of the last message that it stands for. */
  | { readonly kind: 'snapshot'; readonly given: number; readonly number: number; readonly events: readonly unknown[] }
  /** Deleted by now: this is the first that is not. */
  | { readonly kind: 'gone'; readonly oldest: number };

export interface ResumeOptions {
  /** `https://…` or, locally, `http://127.0.0.1:port`; without a slash at its end. */
  readonly apiUrl: string;
  readonly token: () => Promise<string>;
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

const limit = 200;
const timeoutMs = 10_000;
/** Pages of one snapshot, or of one gap before others have their turn. */
const mostPages = 50;

/** @returns a reader of the resume endpoint. It throws an Error, naming the status, where the endpoint does not answer as documented */
export const createResume = ({ apiUrl, token, fetch = globalThis.fetch }: ResumeOptions) => {
  const read = async (channel: string, after: number): Promise<z.output<typeof Page> | z.output<typeof Gone>> => {
    // Dots for slashes: a gateway decodes %2F before it looks for the route.
    const path = encodeURIComponent(channel.replaceAll('/', '.'));
    const response = await fetch(`${apiUrl}/v1/channels/${path}/messages?after=${after}&limit=${limit}`, {
      headers: { authorization: `Bearer ${await token()}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (response.status === 410) return Gone.parse(JSON.parse(text));
    if (!response.ok) throw new Error(`resume of ${channel}: ${response.status} ${text.slice(0, 200)}`);
    return Page.parse(JSON.parse(text));
  };

  /** A snapshot in one piece, however many pages it has: what a later page says of an entity is newer. */
  const snapshotFrom = async (channel: string, first: z.output<typeof Page>): Promise<Resumed> => {
    const events: unknown[] = [...(first.snapshot?.events ?? [])];
    let number = first.snapshot?.number ?? 0;
    let { more, given } = first;
    for (let pages = 1; more === true && pages < mostPages; pages += 1) {
      const next = await read(channel, number);
      if ('oldest' in next && !('delivery' in next)) break;
      const page = next as z.output<typeof Page>;
      events.push(...(page.snapshot?.events ?? []));
      number = page.snapshot?.number ?? number;
      ({ more, given } = page);
    }
    if (more === true) throw new Error(`resume of ${channel}: its snapshot has more than ${mostPages} pages`);
    return { kind: 'snapshot', given, number, events };
  };

  return async (channel: string, after: number): Promise<Resumed> => {
    const page = await read(channel, after);
    if (!('delivery' in page)) return { kind: 'gone', oldest: page.oldest };
    if (page.delivery === 'latest') return snapshotFrom(channel, page);
    return { kind: 'messages', given: page.given, messages: page.messages ?? [] };
  };
};
export type Resume = ReturnType<typeof createResume>;
