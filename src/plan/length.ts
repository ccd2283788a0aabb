import { limits } from '../defaults/index.js';
import type { TestPlan } from './plan.js';

/** Whether its seconds may end a test: one by bytes alone has as many as there may be. */
export function mayEndByTime({ bytes, seconds }: Pick<TestPlan, 'bytes' | 'seconds'>): boolean {
  return bytes === undefined || seconds < limits.seconds.max;
}
