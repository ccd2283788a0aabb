import type { TestPlan } from './plan.js';

/** Whether a time that was asked for may end a test: one by bytes alone, or until interrupted, has none. */
export function mayEndByTime({ untimed = false }: Pick<TestPlan, 'untimed'>): boolean {
  return !untimed;
}
