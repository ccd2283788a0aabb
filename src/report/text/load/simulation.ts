/** Simulated conditions in the text reports: what was asked for at the start, and beside it in the end what came of it. */
import type { ForeignDialect, SimulationReport } from '../../../events/load.js';
import { millisecondsText, sizeFigure } from '../format.js';

/** `Simulated: latency 50 ms +- 5 ms, loss 1 %, seed 7`. */
export function simulationLine({ configured }: SimulationReport): string {
  const { latencyMs, jitterMs, lossPercent, mtuBytes, sndbufBytes, rcvbufBytes, noDelay, seed } = configured;
  return line([
    delayText('latency', latencyMs, jitterMs),
    lossPercent !== undefined && `loss ${lossPercent} %`,
    mtuBytes !== undefined && `MTU ${sizeFigure(mtuBytes)}`,
    sndbufBytes !== undefined && `send buffer ${sizeFigure(sndbufBytes)}`,
    rcvbufBytes !== undefined && `receive buffer ${sizeFigure(rcvbufBytes)}`,
    noDelay && 'no delay of small segments',
    `seed ${seed}`,
  ]);
}

/**
 * `Simulated: round trip 100 ms +- 10 ms (measured 100.8 ms), loss 1 % (measured 0.97 %), seed 7`. The original delays no
 * answer, so that a round trip has the latency of one end.
 */
export function simulationFindings({ configured, measured }: SimulationReport, dialect?: ForeignDialect): string {
  const { latencyMs, jitterMs, lossPercent, mtuBytes, sndbufBytes, rcvbufBytes, noDelay, seed } = configured;
  const delays = dialect === 'legacy' ? 1 : 2;
  const roundTrip = (ms: number | undefined) => ms && delays * ms;
  const sizeAt = (key: 'sndbufBytes' | 'rcvbufBytes') =>
    ends(measured, (settings) => known(settings?.[key], sizeFigure));
  const delay = delayText('round trip', roundTrip(latencyMs), roundTrip(jitterMs));
  const { rttMs, lossPercent: lost, blockBytes } = measured;
  return line([
    delay && `${delay} (measured ${known(rttMs, millisecondsText)})`,
    lossPercent !== undefined && `loss ${lossPercent} % (measured ${known(lost, percentText)})`,
    mtuBytes !== undefined &&
      blockBytes !== null &&
      `MTU ${sizeFigure(mtuBytes)} (messages of ${sizeFigure(blockBytes)})`,
    sndbufBytes !== undefined && `send buffer ${sizeFigure(sndbufBytes)} (${sizeAt('sndbufBytes')})`,
    rcvbufBytes !== undefined && `receive buffer ${sizeFigure(rcvbufBytes)} (${sizeAt('rcvbufBytes')})`,
    noDelay && `no delay of small segments (${ends(measured, (settings) => known(settings?.noDelay, yesNo))})`,
    `seed ${seed}`,
  ]);
}

function line(parts: readonly (string | false | undefined)[]): string {
  return `Simulated: ${parts.filter(Boolean).join(', ')}`;
}

function delayText(name: string, latencyMs: number | undefined, jitterMs: number | undefined): string | undefined {
  if (latencyMs === undefined && jitterMs === undefined) return undefined;
  return `${name} ${latencyMs ?? 0} ms${jitterMs === undefined ? '' : ` +- ${jitterMs} ms`}`;
}

type Measured = SimulationReport['measured'];

function ends({ local, remote }: Measured, text: (settings: Measured['remote']) => string): string {
  return `here ${text(local)}, there ${text(remote)}`;
}

function known<T>(value: T | null | undefined, text: (value: T) => string): string {
  return value === null || value === undefined ? 'unknown' : text(value);
}

function percentText(percent: number): string {
  return `${Number(percent.toFixed(2))} %`;
}

function yesNo(flag: boolean): string {
  return flag ? 'yes' : 'no';
}
