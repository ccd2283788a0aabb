/** What a grant may be: no more than its hello asks for. Pure. */
import type { Grant, Hello } from '../../../protocol/messages.js';

/** What there is more of than was asked for; undefined of a grant within its bounds. */
export function beyondAsked(hello: Hello, grant: Grant): string | undefined {
  const [found] = excesses(hello, grant).filter(([, isMore]) => isMore);
  return found?.[0];
}

/** A route has no length to ask for. */
function excesses(hello: Hello, grant: Grant): readonly (readonly [what: string, isMore: boolean])[] {
  return [
    ['seconds', hello.mode !== 'traceroute' && grant.seconds > hello.seconds],
    ['bytes', (grant.bytes ?? Number.POSITIVE_INFINITY) > (hello.bytes ?? Number.POSITIVE_INFINITY)],
    ['bits a second', rateOf(grant) > rateOf(hello)],
    ...(['latencyMs', 'jitterMs', 'lossPercent'] as const).map(
      (member) => [`simulated ${member}`, (grant.sim?.[member] ?? 0) > (hello.sim?.[member] ?? 0)] as const,
    ),
  ];
}

/** 0 is without bounds. */
function rateOf({ bitsPerSecond }: Pick<Grant, 'bitsPerSecond'>): number {
  return bitsPerSecond || Number.POSITIVE_INFINITY;
}
