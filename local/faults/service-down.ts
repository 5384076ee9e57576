import type { ReturningService } from '../services/returning-service.ts';
import type { Fault } from './fault.ts';

/** A service ends as a crash would end it, its port refuses; then it comes back in its place, over its data. */
export const serviceDown = (name: string, { takeAway, bringBack }: ReturningService): Fault => ({
  name,
  begin: takeAway,
  end: bringBack,
});
