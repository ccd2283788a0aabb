/** How much round trips differ from one to the next. Pure. */

/** Mean difference of neighbours, in milliseconds; undefined of fewer than two. */
export function jitterOf(rttsMs: readonly number[]): number | undefined {
  const steps = rttsMs.slice(1).map((rtt, i) => Math.abs(rtt - (rttsMs[i] ?? rtt)));
  return steps.length === 0 ? undefined : steps.reduce((sum, step) => sum + step, 0) / steps.length;
}
