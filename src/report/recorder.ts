/** The server's report, kept for a client that asks for it. */
import type { Recorder } from '../events/recorder.js';
import type { Identity } from './json/common.js';
import { DocumentBuilder } from './json/document.js';
import { jsonReporter } from './json/whole.js';
import type { Sink } from './reporter.js';
import { TextReporter } from './text/load/load.js';

export function makeRecorder(identity: Identity): Recorder {
  const { sink, text } = keep();
  const screen = { out: sink, err: sink, columns: () => undefined, color: false };
  const options = { ...identity, verbose: false, prefix: () => '', alone: true };
  const reporter = new TextReporter(options, screen);
  return { event: (event) => reporter.event(event), text };
}

/** For one whose own program reads JSON. */
export function makeJsonRecorder(identity: Identity): Recorder {
  const { sink, text } = keep();
  return { ...jsonReporter(new DocumentBuilder(identity), sink), text };
}

function keep() {
  let kept = '';
  const sink: Sink = {
    write: (text) => {
      kept += text;
    },
  };
  return { sink, text: () => kept };
}
