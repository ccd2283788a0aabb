import { limits } from '../defaults/index.js';
import type { TestPlan } from './plan.js';

/** Whether a time that was asked for may end a test: one by bytes alone, or until interrupted, has as much as there may be. */
export function mayEndByTime({ seconds }: Pick<TestPlan, 'seconds'>): boolean {
  return seconds < limits.seconds.max;
}
