import { ConfigurationError } from './configuration-error.ts';

/** How a queue of ours lets its messages be tried. Seconds. */
export interface QueuePatience {
  /** Of the function that reads it; it tries again in place for half of this. */
  readonly timeoutSeconds: number;
  /** A message that was not finished is hidden for so long. */
  readonly visibilitySeconds: number;
  /** How often a message is handed out before it goes to the queue for what failed. Undefined: until it is too old. */
  readonly receives: number | undefined;
  /** A message is deleted when it is this old, whatever became of it. */
  readonly keptSeconds: number;
}

/** What must pass without a single message lost to its queue: an outage of ten minutes, three times over. */
const longestOutageSeconds = 3 * 600;
const timeoutsHidden = 6;
/** The longest that SQS knows. */
const fourteenDays = 14 * 86_400;

/**
 * Of the queues whose messages are dead letters. 180 s is six times the timeout, which AWS asks for, so that a batch that
 * is throttled or slow is not handed out twice. Each receive of a failing message takes at least those 180 s, so twenty
 * of them bridge 20 × 180 s = an hour: no outage shorter than that drives a good message out of its queue. What is
 * foreign goes after the same hour; until then it holds up nothing, because it is answered by itself.
 */
export const intakePatience = {
  timeoutSeconds: 30,
  visibilitySeconds: 180,
  receives: 20,
  keptSeconds: fourteenDays,
} as const satisfies QueuePatience;

/**
 * Of the queue that wakes the relay. A wake carries nothing that is not in the database, and the sweep sends it again each
 * minute, so receives × visibility, which bridges outages for dead letters, means nothing here: a wake is given up because
 * it is old, and nothing is lost with it. Were it kept for longer, a fresh wake would stand behind all those of an outage,
 * and so would the sweep's. It lives for two times that it is hidden, so that one is tried again after a relay that died.
 */
export const wakePatience = (relayTimeoutSeconds: number): QueuePatience => {
  const visibilitySeconds = timeoutsHidden * relayTimeoutSeconds;
  return {
    timeoutSeconds: relayTimeoutSeconds,
    visibilitySeconds,
    receives: undefined,
    keptSeconds: Math.max(300, 2 * visibilitySeconds),
  };
};

/** @throws ConfigurationError where a message could be handed out twice at once, or leave its queue in a short outage */
export const checkPatience = (name: string, { timeoutSeconds, visibilitySeconds, receives }: QueuePatience): void => {
  const bridged = (receives ?? Number.POSITIVE_INFINITY) * visibilitySeconds;
  const faults = [
    ...(visibilitySeconds >= timeoutsHidden * timeoutSeconds
      ? []
      : [
          `${name}: its messages are hidden for ${visibilitySeconds} s, less than ${timeoutsHidden} × the timeout of ${timeoutSeconds} s`,
        ]),
    ...(bridged >= longestOutageSeconds
      ? []
      : [
          `${name}: ${String(receives)} receives of ${visibilitySeconds} s bridge ${bridged} s, less than ${longestOutageSeconds} s: good messages would end with the failed ones`,
        ]),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
};
