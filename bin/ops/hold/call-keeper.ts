import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { Look } from '../../../lambdas/operations/holds/look-at-source.ts';
import { invokeFunction } from '../invoke.ts';

/** What the keeper did, so that the mapping follows at once; or why it could not be asked. */
export type Followed = { readonly look: Look } | { readonly problem: string };

/** A look at one source, with its probe, takes less. */
const timeoutMs = 40_000;

/** Lets the keeper of holds look at one source, once. What keeps it from that is no failure: it looks every minute. */
export const callKeeper = async (lambda: LambdaClient, env: string, source: string): Promise<Followed> => {
  const name = `millrace-${env}-operations-keep-holds`;
  try {
    const answer = await invokeFunction(lambda, name, 'keeper', { source }, AbortSignal.timeout(timeoutMs));
    const [look] = (answer as { readonly looks: readonly Look[] }).looks;
    if (look?.problem !== undefined) return { problem: look.problem };
    return look ? { look } : { problem: `${name} does not know ${source}: is the operations stack deployed?` };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
};

/** Of the mapping, for a person. */
export const formatFollowed = (followed: Followed): string => {
  if ('problem' in followed)
    return `the keeper did not answer (${followed.problem}); the mapping follows within a minute or two`;
  const { did, mapping = [] } = followed.look;
  const states = mapping.join(', ');
  if (did.includes('mapping-disabled')) return `its mapping is being switched off: ${states}`;
  if (did.includes('mapping-enabled')) return `its mapping is being switched on: ${states}`;
  return states === '' ? 'its mapping had not been switched off' : `its mapping was left as it is: ${states}`;
};
