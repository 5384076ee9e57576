import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../lib/config/configuration-error.ts';
import { checkPatience, intakePatience, wakePatience } from '../../lib/config/queue-patience.ts';

describe('the patience of a queue', () => {
  it('of the intake is enough', () => {
    expect(() => checkPatience('intake', intakePatience)).not.toThrow();
  });

  it.each([15, 30, 45, 300])('of wakes is enough for a relay of %i s', (timeoutSeconds) => {
    const patience = wakePatience(timeoutSeconds);
    expect(patience.receives).toBeGreaterThanOrEqual(5);
    expect(() => checkPatience('wake', patience)).not.toThrow();
  });

  it.each([
    [{ timeoutSeconds: 31 }, 'intake: its messages are hidden for 180 s, less than 6 × the timeout of 31 s'],
    [
      { receives: 9 },
      'intake: 9 receives of 180 s bridge 1620 s, less than 1800 s: good messages would end with the failed ones',
    ],
  ])('is refused at synthesis: %o', (change, sentence) => {
    expect(() => checkPatience('intake', { ...intakePatience, ...change })).toThrow(new ConfigurationError([sentence]));
  });
});
