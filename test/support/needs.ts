/**
 * What some tests want from the machine. Where it is missing such tests are skipped by name with the reason; with
 * CI=true they fail instead, so that a run that counts never leaves them out unseen. `npm run test:fast` leaves them all
 * out, met or not.
 */
import { describe, test } from 'vitest';
import { type Need, unmet } from './machine.js';
import { isFast } from './processes.js';

export { goModule, ipv6, networkNamespaces, program, pythonModule, root, systemCalls } from './machine.js';

/** `describe` for tests that the fast run has too, where what they need is there: they start no program. */
export function describeHaving(title: string, needs: readonly Need[], body: () => void): void {
  if (unmet(needs).length === 0) describe(title, body);
  else describeNeeding(title, needs, body);
}

/** `describe` for tests that need something: skipped, or failed with CI=true, where a need is not met. */
export function describeNeeding(title: string, needs: readonly Need[], body: () => void): void {
  const missing = isFast ? [] : unmet(needs);
  if (!isFast && missing.length === 0) {
    describe(title, body);
    return;
  }
  const reason = isFast ? 'is no fast test' : `needs ${missing.join(', ')}`;
  describe(title, () => {
    test(reason, ({ skip }) => {
      if (!isFast && process.env.CI === 'true') throw new Error(`${title}: ${reason}; with CI=true this is a failure`);
      skip(reason);
    });
  });
}
