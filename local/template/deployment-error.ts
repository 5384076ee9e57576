/** Where in the assembly something could not be deployed. */
export interface Place {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
}

/** A resource that could not be deployed: its message names the place, what was wrong, and what to do about it. */
export class DeploymentError extends Error {
  readonly place: Place;

  constructor(place: Place, message: string, options?: ErrorOptions) {
    super(`${place.stack}, resource ${place.logicalId} (${place.type}): ${message}`, options);
    this.name = 'DeploymentError';
    this.place = place;
  }
}

const NO_EFFECT = 'local/template/no-effect.ts';

export const unknownType = (place: Place): DeploymentError =>
  new DeploymentError(
    place,
    `the local run does not know the type ${place.type}. ` +
      `Add a provider under local/resources/, or list the type with its reason in ${NO_EFFECT}.`,
  );

export const unknownProperties = (place: Place, paths: readonly string[]): DeploymentError =>
  new DeploymentError(
    place,
    `the local run does not know the ${paths.length === 1 ? 'property' : 'properties'} ${paths.join(', ')}. ` +
      `Teach the provider under local/resources/, or list it with its reason in ${NO_EFFECT}.`,
  );

/** Wraps what went wrong elsewhere, keeping it as the cause. */
export const failedAt = (place: Place, error: unknown): DeploymentError =>
  error instanceof DeploymentError
    ? error
    : new DeploymentError(place, error instanceof Error ? error.message : String(error), { cause: error });
