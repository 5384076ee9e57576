import * as z from 'zod';
import { shortHash } from '../deterministic-id.ts';
import { unknownProperties, DeploymentError, type Place } from '../template/deployment-error.ts';
import type { LocalWorld } from '../world.ts';
import type { Clients } from './clients.ts';

/** What `Ref` and `Fn::GetAtt` of a deployed resource give. */
export interface Resource {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** One resource to deploy, and what it may be deployed into. */
export interface ResourceRequest {
  readonly place: Place;
  readonly world: LocalWorld;
  readonly clients: Clients;
  /** S3 key of an asset → its folder. */
  readonly assets: ReadonlyMap<string, string>;
}

/**
 * Deploys resources of one CloudFormation type. Deploying again over a kept data folder finds what is there; a
 * difference that cannot be made good there is an error that says so.
 */
export interface ResourceProvider {
  readonly type: string;
  /** @param properties - resolved, and without those that have no local effect */
  create(properties: Readonly<Record<string, unknown>>, request: ResourceRequest): Promise<Resource>;
}

const pathText = (path: readonly PropertyKey[]): string => path.map(String).join('.');

const unknownIn = (error: z.ZodError): readonly string[] =>
  error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => pathText([...issue.path, key])) : [],
  );

/**
 * Makes a provider.
 *
 * @param properties - a strict schema: a property it does not name fails the deploy
 */
export const provider = <Properties>(
  type: string,
  properties: z.ZodType<Properties>,
  create: (properties: Properties, request: ResourceRequest) => Promise<Resource>,
): ResourceProvider => ({
  type,
  async create(raw, request) {
    const parsed = properties.safeParse(raw);
    if (parsed.success) return await create(parsed.data, request);
    const unknown = unknownIn(parsed.error);
    if (unknown.length > 0) throw unknownProperties(request.place, unknown);
    const wrong = parsed.error.issues.map(({ path, message }) => `${pathText(path)}: ${message}`);
    throw new DeploymentError(request.place, `the local run cannot deploy it as given: ${wrong.join('; ')}`);
  },
});

/** CloudFormation takes numbers and flags as text, too. */
export const wholeNumber = z.coerce.number().int();
export const flag = z.union([z.boolean(), z.stringbool()]);

/** A name for a resource whose template gives none, as CloudFormation makes them but always the same. */
export const physicalName = ({ stack, logicalId }: Place, maxLength = 64): string => {
  const suffix = `-${shortHash(8, stack, logicalId)}`;
  return `${stack}-${logicalId}`.slice(0, maxLength - suffix.length) + suffix;
};
