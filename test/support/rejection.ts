import { RejectedRecordError } from '../../lambdas/shared/errors/platform-error.ts';

/** What a record is rejected with. @throws Error where it is not */
export const rejection = (run: () => unknown): RejectedRecordError => {
  try {
    run();
  } catch (error) {
    if (error instanceof RejectedRecordError) return error;
    throw error;
  }
  throw new Error('was not rejected');
};
