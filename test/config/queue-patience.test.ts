import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../lib/config/configuration-error.ts';
import { checkPatience, intakePatience, wakePatience } from '../../lib/config/queue-patience.ts';

describe('the patience of a queue', () => {
  it('of the intake is enough', () => {
    expect(() => checkPatience('intake', intakePatience)).not.toThrow();
  });

  it.each([
    [15, 300],
    [30, 360],
    [300, 3_600],
  ])('of wakes for a relay of %i s ends after %i s, and a wake is handed out a second time', (timeoutSeconds, kept) => {
    const patience = wakePatience(timeoutSeconds);
    expect(patience).toMatchObject({ receives: undefined, keptSeconds: kept });
    expect(patience.keptSeconds).toBeGreaterThan(patience.visibilitySeconds);
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
