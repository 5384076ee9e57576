import { vi } from 'vitest';
import { createClient, type ClientOptions } from '../../../../console/client/create-client.ts';
import type { Socket } from '../../../../console/client/connection.ts';

/** A WebSocket whose other end is the test. */
export class FakeSocket implements Socket {
  static made: FakeSocket[] = [];
  readonly sent: {
    readonly type: string;
    readonly id: string;
    readonly channel?: string;
    readonly authorization?: { readonly Authorization: string };
  }[] = [];
  readonly protocols: string[];
  closed = false;
  readonly #listeners = new Map<string, (event: never) => void>();

  constructor(_: string, protocols: string[]) {
    this.protocols = protocols;
    FakeSocket.made.push(this);
  }
  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, listener);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as FakeSocket['sent'][number]);
  }
  close(): void {
    this.closed = true;
  }
  emit(type: string, event: unknown = {}): void {
    this.#listeners.get(type)?.(event as never);
  }
  says(body: object): void {
    this.emit('message', { data: JSON.stringify(body) });
  }
  async opens(connectionTimeoutMs = 300_000): Promise<void> {
    this.emit('open');
    this.says({ type: 'connection_ack', connectionTimeoutMs });
    await vi.advanceTimersByTimeAsync(0);
  }
}

export const newest = (): FakeSocket => {
  const socket = FakeSocket.made.at(-1);
  if (!socket) throw new Error('no connection was made');
  return socket;
};
export const answers = (status: number, body: unknown) => async () => new Response(JSON.stringify(body), { status });
export const nothing = answers(200, {
  channel: 'match/events/m-1',
  delivery: 'each',
  oldest: 1,
  newest: 0,
  given: 0,
  messages: [],
  more: false,
});

/** With fake timers. */
export const start = async (over: Partial<ClientOptions> = {}) => {
  const states: string[] = [];
  const client = createClient({
    realtimeUrl: 'wss://realtime.invalid/event/realtime',
    host: 'http.invalid',
    apiUrl: 'https://api.invalid/',
    token: async () => 'e30.e30.c2ln',
    WebSocket: FakeSocket,
    fetch: nothing,
    random: () => 0.5,
    onState: (state, detail) => states.push(detail === undefined ? state : `${state}: ${detail}`),
    ...over,
  });
  await vi.advanceTimersByTimeAsync(0);
  return { client, states };
};
