import type { PublishedMessage } from '../../../../lambdas/shared/delivery/message.ts';
import { createChannel, step, type Answer, type Effect, type Input } from '../../../../console/client/channel.ts';
import { event, message } from './messages.ts';

/** What may happen between a platform and a client; numbers choose among what there is. */
export type Happening =
  | { readonly kind: 'send'; readonly entities: readonly string[] }
  /** What is on its way comes, in any order; `keep` has it come again. */
  | { readonly kind: 'arrive'; readonly which: number; readonly keep: boolean }
  | { readonly kind: 'lose'; readonly which: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'connect' }
  /** The resume endpoint looks, and only later its answer comes. */
  | { readonly kind: 'look' }
  /** The relay marks, from the first on, so many as published: until then none can be read. */
  | { readonly kind: 'mark'; readonly count: number }
  | { readonly kind: 'answer' }
  | { readonly kind: 'delete'; readonly count: number };

/** A channel on the platform, what is on its way, and one client. A page of the endpoint holds so many messages. */
export const simulate = (delivery: 'each' | 'latest', after: number | undefined, pageSize: number) => {
  const sent: PublishedMessage[] = [];
  let oldest = 1;
  let newest = 0;
  let onWay: PublishedMessage[] = [];
  let connected = true;
  let state = createChannel(after);
  let asked: number | undefined;
  let looked: Answer | undefined;
  const effects: Exclude<Effect, { kind: 'ask' }>[] = [];
  let mostWaiting = 0;

  const input = (given: Input): void => {
    const { state: next, effects: all } = step(state, given);
    state = next;
    mostWaiting = Math.max(mostWaiting, state.waiting.size);
    for (const effect of all) {
      if (effect.kind === 'ask') {
        if (asked !== undefined) throw new Error('asked again before the answer');
        asked = effect.after;
      } else effects.push(effect);
    }
  };

  const look = (from: number): Answer => {
    const given = sent.length;
    if (given === 0) return { kind: 'unknown' };
    if (delivery === 'each') {
      if (from + 1 < oldest && from < newest) return { kind: 'gone', oldest };
      const rest = sent.slice(from, newest);
      return { kind: 'each', oldest, newest, given, messages: rest.slice(0, pageSize), more: rest.length > pageSize };
    }
    const latest = new Map(sent.flatMap(({ number, events }) => events.map(({ entity }) => [entity, number])));
    const changed = [...latest].filter(([, number]) => number > from && number <= newest).sort(([, a], [, b]) => a - b);
    const numbers = [...new Set(changed.map(([, number]) => number))];
    const more = numbers.length > pageSize;
    const number = more ? (numbers[pageSize - 1] ?? 0) : newest;
    const events = changed.filter(([, at]) => at <= number).map(([entity, at]) => event(entity, at));
    return { kind: 'latest', newest, given, snapshot: { number, events }, more };
  };

  const answer = (): void => {
    if (asked === undefined) return;
    const said = looked ?? look(asked);
    [asked, looked] = [undefined, undefined];
    input({ kind: 'answered', answer: said });
  };

  const arrive = (which: number, keep: boolean): void => {
    if (onWay.length === 0) return;
    const index = which % onWay.length;
    const [coming] = keep ? [onWay[index]] : onWay.splice(index, 1);
    if (coming) input({ kind: 'pushed', message: coming });
  };

  const happen = (happening: Happening): void => {
    switch (happening.kind) {
      case 'send': {
        const next = message(sent.length + 1, delivery, [...happening.entities]);
        sent.push(next);
        if (connected) onWay.push(next);
        return;
      }
      case 'arrive':
        return arrive(happening.which, happening.keep);
      case 'lose':
        if (onWay.length > 0) onWay.splice(happening.which % onWay.length, 1);
        return;
      case 'cut':
        [connected, onWay] = [false, []];
        return;
      case 'connect':
        connected = true;
        return input({ kind: 'subscribed' });
      case 'look':
        if (asked !== undefined) looked ??= look(asked);
        return;
      case 'mark':
        newest = Math.min(newest + happening.count, sent.length);
        return;
      case 'answer':
        return answer();
      case 'delete':
        if (delivery === 'each') oldest = Math.min(oldest + happening.count, newest + 1);
        return;
      default:
        happening satisfies never;
    }
  };

  return {
    happen,
    /** The world calms down: connected, everything on its way comes, every question is answered; what was published is marked last. */
    settle: (): void => {
      happen({ kind: 'connect' });
      const isBusy = (): boolean => asked !== undefined || onWay.length > 0;
      for (let rounds = 0; isBusy(); rounds += 1) {
        if (rounds > 10_000) throw new Error('the client asks for ever');
        if (onWay.length > 0) arrive(0, false);
        else if (rounds > 20 && newest < sent.length) happen({ kind: 'mark', count: sent.length });
        else answer();
      }
      newest = sent.length;
    },
    effects,
    sent: () => sent,
    oldest: () => oldest,
    handedOver: () => (state.expected === undefined ? undefined : state.expected - 1),
    mostWaiting: () => mostWaiting,
  };
};
