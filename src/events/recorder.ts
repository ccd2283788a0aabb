import type { TestEvent } from './load.js';

/** A reporter that keeps what it would have printed. */
export interface Recorder {
  event(event: TestEvent): void;
  text(): string;
}
