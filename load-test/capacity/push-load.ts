/** One kind of channel, as a feed fills it and clients listen to it. */
export interface ChannelKind {
  readonly name: string;
  readonly delivery: 'each' | 'latest';
  /** How many channels of it there are. */
  readonly channels: number;
  /** Events a second in one channel. */
  readonly eventsPerSecond: number;
  /** Messages a second a channel has at most; of `latest`. */
  readonly perSecond?: number;
  /** Of the message that is sent, and of one event alone. */
  readonly messageBytes: number;
  readonly eventBytes: number;
  /** How many of its channels one client listens to. */
  readonly channelsPerClient: number;
}

/** AppSync's quotas, an API's or an account's, each a second. All but the first can be raised on request. */
export const quotas = {
  subscriptionsPerConnection: 200,
  /** What is counted and billed as one message. */
  unitBytes: 5 * 1_024,
  inboundPerSecond: 10_000,
  outboundPerSecond: 1_000_000,
  connectsPerSecond: 2_000,
  publishTokensPerSecond: 2_000,
} as const;

/** US dollars, us-east-1: reference/aws-facts.md, section 10, of secondary sources as of 2026-09. */
export const prices = { perMillionOperations: 1, perMillionConnectionMinutes: 0.08 } as const;

export interface KindLoad {
  readonly name: string;
  /** Messages a second that are published to all its channels. */
  readonly published: number;
  /** Units of 5 KB a message takes. */
  readonly units: number;
  /** Units a second that go out to all clients. */
  readonly outbound: number;
  /** The same, if every event were sent by itself. */
  readonly outboundRaw: number;
}

export const unitsOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / quotas.unitBytes));

const messagesPerSecond = ({ eventsPerSecond, perSecond = Number.POSITIVE_INFINITY }: ChannelKind): number =>
  Math.min(eventsPerSecond, perSecond);

export const kindLoad = (kind: ChannelKind, clients: number): KindLoad => {
  const perChannel = messagesPerSecond(kind);
  const units = unitsOf(kind.messageBytes);
  const listening = clients * kind.channelsPerClient;
  return {
    name: kind.name,
    published: perChannel * kind.channels,
    units,
    outbound: perChannel * units * listening,
    outboundRaw: kind.eventsPerSecond * unitsOf(kind.eventBytes) * listening,
  };
};

export interface PushLoad {
  readonly kinds: readonly KindLoad[];
  readonly published: number;
  /** Calls a second, where messages of a channel that are ready at once share one, five at most: at worst as many as messages. */
  readonly tokens: number;
  readonly outbound: number;
  readonly outboundRaw: number;
  /** From one client to all of them. */
  readonly connectSeconds: number;
  readonly dollarsPerHour: number;
  readonly dollarsPerHourRaw: number;
  /** The first quota that is reached when clients become more, and with how many. */
  readonly mostClients: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const hour = 3_600;

const hourly = (operationsPerSecond: number, clients: number): number =>
  (operationsPerSecond * hour * prices.perMillionOperations + clients * 60 * prices.perMillionConnectionMinutes) / 1e6;

/** What so many clients are for AppSync, who all listen to the same kinds. Publishing is counted in units, too. */
export const pushLoad = (kinds: readonly ChannelKind[], clients: number): PushLoad => {
  const loads = kinds.map((kind) => kindLoad(kind, clients));
  const inbound = sum(loads.map(({ published, units }) => published * units));
  const inboundRaw = sum(kinds.map((kind) => kind.eventsPerSecond * kind.channels * unitsOf(kind.eventBytes)));
  const outbound = sum(loads.map((load) => load.outbound));
  const outboundRaw = sum(loads.map((load) => load.outboundRaw));
  return {
    kinds: loads,
    published: sum(loads.map(({ published }) => published)),
    tokens: inbound,
    outbound,
    outboundRaw,
    connectSeconds: clients / quotas.connectsPerSecond,
    dollarsPerHour: hourly(inbound + outbound, clients),
    dollarsPerHourRaw: hourly(inboundRaw + outboundRaw, clients),
    mostClients: Math.floor((quotas.outboundPerSecond / outbound) * clients),
  };
};
