import type { DeliveryAccount } from '../../feeds/account/delivery/delivery-book.ts';
import type { DeliveryKind } from '../../feeds/account/delivery/evidence.ts';
import { percentilesOf, type Percentiles } from '../../feeds/account/delivery/latencies.ts';

/** Of every event of one kind of channels that was delivered, milliseconds. */
export interface DeliveredResult {
  readonly family: string;
  readonly delivery: DeliveryKind;
  readonly messages: number;
  readonly events: number;
  /** Never sent, because something newer was. */
  readonly superseded: number;
  /** From the arrival in the stream to the statement that stored it. */
  readonly stored: Percentiles;
  /** From the arrival to the client. */
  readonly delivered: Percentiles;
  /** From the statement, or the turn of its channel where that is later, to the client. */
  readonly relayed: Percentiles;
}

const known = (values: readonly number[]): Percentiles => {
  const percentiles = percentilesOf(values);
  if (!percentiles) throw new Error('nothing was delivered');
  return percentiles;
};

/** @throws Error where the account does not balance, or a kind of channels delivered nothing: such figures are of no use */
export const deliveredLatencies = ({ families, balances, examples }: DeliveryAccount): readonly DeliveredResult[] => {
  if (!balances) throw new Error(`the account of deliveries does not balance: ${JSON.stringify(examples)}`);
  return families
    .filter(({ channels }) => channels > 0)
    .map(({ family, delivery, messages, events, superseded, latencies }) => ({
      family,
      delivery,
      messages,
      events,
      superseded,
      stored: known(latencies.stored),
      delivered: known(latencies.delivered),
      relayed: known(latencies.relayed),
    }));
};
