// What Lambda's Node runtime is to a function: loads the bundle, takes one invocation at a time, answers.
// Plain JavaScript, because its start is part of every cold start. Arguments: bundle folder, function name, its ARN,
// memory in MB. Talks over the IPC channel; stdout and stderr are the function's own.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [, , codeDir, functionName, arn, memoryMb] = process.argv;
process.on('disconnect', () => process.exit(0)); // the platform is gone
process.on('SIGINT', () => {}); // Ctrl-C is the platform's business
// As in Lambda, what was printed is out when console.log returns, also when the function then exits or is killed.
// Node has no public way to say so.
// oxlint-disable-next-line eslint/no-underscore-dangle
for (const stream of [process.stdout, process.stderr]) stream._handle?.setBlocking?.(true);

// For a run whose clocks are to differ: this process's is off by so much, before the bundle sees it.
const trueNow = Date.now;
const offsetMs = Number(process.env.LOCAL_CLOCK_OFFSET_MS ?? 0);
if (offsetMs !== 0) {
  const TrueDate = Date;
  globalThis.Date = class extends TrueDate {
    constructor(...args) {
      super(...(args.length === 0 ? [trueNow() + offsetMs] : args));
    }
    static now() {
      return trueNow() + offsetMs;
    }
  };
}
/** For a run in which a function is to become too large. */
const ballast = [];

const describe = (error) => ({
  errorType: error instanceof Error ? error.name : typeof error,
  errorMessage: error instanceof Error ? error.message : String(error),
  trace: error instanceof Error ? (error.stack ?? '').split('\n') : [],
});

/**
 * Peak, in kilobytes. Not `resourceUsage().maxRSS` where there is /proc: on Linux a process begins with the peak of the
 * process that forked it, so a large platform would make every function look large.
 */
const peak = () => {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
};

const answer = (message) => process.send({ ...message, peakRssKb: peak() });

let handler;
try {
  ({ handler } = await import(pathToFileURL(`${codeDir}/index.mjs`).href));
  if (typeof handler !== 'function') throw new Error('the bundle exports no function "handler"');
} catch (error) {
  console.error(JSON.stringify(describe(error)));
  process.send({ kind: 'init-failed', ...describe(error), peakRssKb: peak() }, () => process.exit(1));
}

process.on('message', async ({ requestId, payload, deadline, allocateMb }) => {
  if (allocateMb !== undefined) {
    ballast.push(Buffer.alloc(allocateMb * 1024 * 1024, 1));
    return;
  }
  const context = {
    callbackWaitsForEmptyEventLoop: false,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: memoryMb,
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - trueNow()),
  };
  try {
    const result = await handler(JSON.parse(payload), context);
    answer({ kind: 'done', requestId, payload: JSON.stringify(result ?? null) });
  } catch (error) {
    console.error(JSON.stringify(describe(error)));
    answer({ kind: 'thrown', requestId, ...describe(error) });
  }
});
if (handler) answer({ kind: 'ready' });
