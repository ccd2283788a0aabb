/** Bounds that did not hold, in words. */
import type { FailedCheck } from '../../../measure/checks.js';
import type { RateUnit } from '../../../plan/plan.js';
import { millisecondsText, rateFigure } from '../format.js';

const ways = { up: 'upload', down: 'download', both: 'both ways' } as const;
const checks = {
  rate: { name: 'rate', flag: '--fail-below', wrong: 'is below' },
  latency: { name: 'loaded latency', flag: '--fail-above-latency', wrong: 'is above' },
  loss: { name: 'loss', flag: '--fail-above-loss', wrong: 'is above' },
} as const;

/** `Upload: the rate of 12.3 Mbits/sec is below the 500 Mbits/sec of --fail-below`. */
export function checkLine({ check, direction, figure, bound }: FailedCheck, unit?: RateUnit): string {
  const { name, flag, wrong } = checks[check];
  const text = (value: number) => figureText(check, value, unit);
  const way = ways[direction];
  const subject = `${way[0]?.toUpperCase()}${way.slice(1)}`;
  if (figure === null) return `${subject}: the ${name} is missing, and ${flag} asks for ${text(bound)}`;
  return `${subject}: the ${name} of ${text(figure)} ${wrong} the ${text(bound)} of ${flag}`;
}

function figureText(check: FailedCheck['check'], value: number, unit: RateUnit | undefined): string {
  if (check === 'rate') return rateFigure(value, unit);
  return check === 'latency' ? millisecondsText(value) : `${Number(value.toPrecision(3))}%`;
}
