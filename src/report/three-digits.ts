/** `1.31`, `25.0`, `941`: the digits that matter of a figure below a thousand. */
export function threeDigits(value: number): string {
  if (value < 9.995) return value.toFixed(2);
  return value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}
