/** Axes with round figures. Pure. */

/** A step of less cannot be told from 0. */
const LEAST = 1e-300;

/** From 0 to a round figure not below `most`, in at least `steps` steps or a few more. */
export function ticksTo(most: number, steps: number): number[] {
  const span = most > LEAST ? most : 1;
  const step = roundStep(span / steps);
  const count = Math.max(1, Math.ceil(span / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** Those of `ticksTo` that lie within. */
export function ticksWithin(most: number, steps: number): number[] {
  return ticksTo(most, steps).filter((tick) => tick <= most * (1 + 1e-9));
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 2.5, 5].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}
