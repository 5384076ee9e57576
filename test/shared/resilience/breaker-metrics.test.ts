import { expect, it } from 'vitest';
import { tellOfBreaker } from '../../../lambdas/shared/resilience/breaker-metrics.ts';

it('counts what happens to a breaker by its dependency, and logs all but refusals', () => {
  const counted: unknown[] = [];
  const logged: unknown[] = [];
  const tell = tellOfBreaker(
    {
      countByReason: (...what) => counted.push(what),
      warn: (...what) => logged.push(what),
    },
    'registry',
  );
  for (const event of ['opened', 'refused', 'probed', 'state-unknown', 'closed'] as const) tell(event);
  expect(counted).toEqual([
    ['BreakerOpened', 'registry', 1],
    ['BreakerRefused', 'registry', 1],
    ['BreakerProbed', 'registry', 1],
    ['BreakerStateUnknown', 'registry', 1],
    ['BreakerClosed', 'registry', 1],
  ]);
  expect(logged).toEqual([
    ['breaker opened', { dependency: 'registry' }],
    ['breaker probed', { dependency: 'registry' }],
    ['breaker state-unknown', { dependency: 'registry' }],
    ['breaker closed', { dependency: 'registry' }],
  ]);
});
