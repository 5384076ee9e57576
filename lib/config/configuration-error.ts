/** Settings with which nothing may be synthesized; each fault is a sentence for the person who sets them. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
  }
}
