/** The server's own report of one stream, kept for a client that asks for it. */
import type { StartEvent } from '../../events/load.js';
import type { Recorder } from '../../events/recorder.js';
import { given } from '../../given.js';
import { Collector } from './collector.js';
import { endEventOf } from './end.js';
import type { StreamOutcome, StreamReport } from './stream/figures.js';

/** `start` tells of this stream alone. */
export function recordStream(id: number, start: StartEvent, recorder: Recorder) {
  const { test, simulation } = start;
  const collector = new Collector('server', test, (event) => recorder.event(event));
  recorder.event(start);
  return {
    add: (report: StreamReport) => collector.add(id, report),
    /** The whole report, with this end's figures as the last: the far side's are still on their way. */
    finish(outcome: StreamOutcome): string {
      const options = { ...given({ simulation }), missing: () => [] };
      recorder.event(endEventOf('server', test, new Map([[id, outcome]]), options));
      return recorder.text();
    },
  };
}
