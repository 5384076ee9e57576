import { ConfigurationError } from './configuration-error.ts';

/** How a queue of ours lets its messages be tried. Seconds. */
export interface QueuePatience {
  /** Of the function that reads it; it tries again in place for half of this. */
  readonly timeoutSeconds: number;
  /** A message that was not finished is hidden for so long. */
  readonly visibilitySeconds: number;
  /** How often a message is handed out before it goes to the queue for what failed. */
  readonly receives: number;
}

/** What must pass without a single message lost to its queue: an outage of ten minutes, three times over. */
const longestOutageSeconds = 3 * 600;
const timeoutsHidden = 6;
/** SQS asks for five at least where a function reads: a message that is throttled away counts as received. */
const leastReceives = 5;

/**
 * Of the queues whose messages are dead letters. 180 s is six times the timeout, which AWS asks for, so that a batch that
 * is throttled or slow is not handed out twice. Each receive of a failing message takes at least those 180 s, so twenty
 * of them bridge 20 × 180 s = an hour: no outage shorter than that drives a good message out of its queue. What is
 * foreign goes after the same hour; until then it holds up nothing, because it is answered by itself.
 */
export const intakePatience: QueuePatience = { timeoutSeconds: 30, visibilitySeconds: 180, receives: 20 };

/**
 * Of the queue that wakes the relay, in the same hour. A wake that ends with the failed ones loses no message: rows and
 * messages stay in the database, and the sweep wakes their channels again.
 */
export const wakePatience = (relayTimeoutSeconds: number): QueuePatience => ({
  timeoutSeconds: relayTimeoutSeconds,
  visibilitySeconds: timeoutsHidden * relayTimeoutSeconds,
  receives: Math.max(leastReceives, Math.ceil(3_600 / (timeoutsHidden * relayTimeoutSeconds))),
});

/** @throws ConfigurationError where a message could be handed out twice at once, or leave its queue in a short outage */
export const checkPatience = (name: string, { timeoutSeconds, visibilitySeconds, receives }: QueuePatience): void => {
  const bridged = receives * visibilitySeconds;
  const faults = [
    ...(visibilitySeconds >= timeoutsHidden * timeoutSeconds
      ? []
      : [
          `${name}: its messages are hidden for ${visibilitySeconds} s, less than ${timeoutsHidden} × the timeout of ${timeoutSeconds} s`,
        ]),
    ...(bridged >= longestOutageSeconds
      ? []
      : [
          `${name}: ${receives} receives of ${visibilitySeconds} s bridge ${bridged} s, less than ${longestOutageSeconds} s: good messages would end with the failed ones`,
        ]),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
};
