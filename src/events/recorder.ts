import type { TestEvent } from './test.js';

/** A reporter that keeps what it would have printed. */
export interface Recorder {
  event(event: TestEvent): void;
  text(): string;
}
