import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { serviceError } from '../../shared/aws/service-error.ts';
import { UnavailableError } from '../../shared/errors/platform-error.ts';
import { ProbeAnswer, type ProbeEvent } from '../../shared/holds/probe.ts';

export interface ProbeStore {
  /**
   * Lets a function try records without storing any.
   * @throws UnavailableError, reason `probe`, where it gave no answer of ours; MisconfiguredError where we may not ask it
   */
  probe(functionName: string, records: ProbeEvent['Records'], timeoutMs: number): Promise<ProbeAnswer>;
}

const probeCrashed = (functionName: string, functionError: string): UnavailableError =>
  new UnavailableError('probe', `${functionName} failed at the probe (${functionError})`, { functionError });

/** Whether the function was there, and broke. */
export const isProbeCrash = (error: unknown): boolean =>
  error instanceof UnavailableError && error.reason === 'probe' && error.details['functionError'] !== undefined;

const parsed = (payload: Uint8Array | undefined): ProbeAnswer | undefined => {
  try {
    const answer = ProbeAnswer.safeParse(JSON.parse(Buffer.from(payload ?? []).toString('utf8')));
    return answer.success ? answer.data : undefined;
  } catch {
    return undefined; // no JSON: no answer of ours
  }
};

export const createProbeStore = (client: LambdaClient): ProbeStore => ({
  probe: async (functionName, Records, timeoutMs) => {
    const event: ProbeEvent = { probe: true, Records };
    const { FunctionError, Payload } = await client
      .send(new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(event)) }), {
        abortSignal: AbortSignal.timeout(timeoutMs),
      })
      .catch((error: unknown) => {
        throw serviceError('probe', error);
      });
    // Its text may quote data; the function's own log has it.
    if (FunctionError) throw probeCrashed(functionName, FunctionError);
    const answer = parsed(Payload);
    if (!answer) throw new UnavailableError('probe', `${functionName} answered the probe with something else`);
    return answer;
  },
});
