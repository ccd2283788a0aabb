/** The server's own report of one stream, kept for a client that asks for it. */
import type { StartEvent } from '../../events/load.js';
import type { Recorder } from '../../events/recorder.js';
import { given } from '../../given.js';
import { Collector } from './collector.js';
import { endEventOf } from './end.js';
import type { StreamOutcome, StreamReport } from './stream/figures.js';

export class Recording {
  readonly #id: number;
  readonly #start: StartEvent;
  readonly #recorder: Recorder;
  readonly #collector: Collector;

  /** `start` tells of this stream alone. */
  constructor(id: number, start: StartEvent, recorder: Recorder) {
    this.#id = id;
    this.#start = start;
    this.#recorder = recorder;
    this.#collector = new Collector('server', start.test, (event) => recorder.event(event));
    recorder.event(start);
  }

  add(report: StreamReport): void {
    this.#collector.add(this.#id, report);
  }

  /** The whole report, with this end's figures as the last: the far side's are still on their way. */
  finish(outcome: StreamOutcome): string {
    const { test, simulation } = this.#start;
    this.#recorder.event(
      endEventOf('server', test, new Map([[this.#id, outcome]]), { ...given({ simulation }), missing: () => [] }),
    );
    return this.#recorder.text();
  }
}
