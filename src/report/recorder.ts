/** The server's text report, kept for a client that asks for it. */
import type { Recorder } from '../events/recorder.js';
import type { Identity } from './json/objects.js';
import type { Sink } from './reporter.js';
import { TextReporter } from './text/test.js';

export function makeRecorder(identity: Identity): Recorder {
  let kept = '';
  const sink: Sink = {
    write: (text) => {
      kept += text;
    },
  };
  const screen = { out: sink, err: sink, columns: () => undefined, color: false };
  const options = { ...identity, verbose: false, prefix: () => '', alone: true };
  const reporter = new TextReporter(options, screen);
  return { event: (event) => reporter.event(event), text: () => kept };
}
