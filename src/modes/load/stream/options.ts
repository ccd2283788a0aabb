/** What a stream of a test is told, at either end. */
import type { Host } from '../../../host/host.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { Role } from '../results.js';
import type { StreamOutcome, StreamReport } from './figures.js';
import type { StreamLink } from './talk.js';

export interface StreamOptions {
  readonly role: Role;
  readonly stream: StreamLink;
  /** As granted; `bytes` is this stream's share. */
  readonly test: TestPlan;
  readonly host: Pick<Host, 'clock' | 'meterUsage'>;
  /** How long to wait for the far side's result after this end is done with a timed test. */
  readonly resultSeconds: number;
  /** A peer from which nothing at all arrives, or no load, for so long is lost; as `waits` say unless given. */
  readonly silenceSeconds?: number | undefined;
  /** Ends the test before its time; its reason is told to the peer. */
  readonly stop: AbortSignal;
  /** The test has begun. */
  readonly onStart?: () => void;
  readonly onInterval: (interval: StreamReport) => void;
  /** This end's own report, for a peer that asked for it. */
  readonly output?: ((outcome: StreamOutcome) => string) | undefined;
}
