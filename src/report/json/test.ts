/** One JSON document a test, printed when the test ends: a superset of iperf3's and of the original wperf's. */
import type { StartEvent, TestEvent } from '../../events/test.js';
import { jsonText } from '../printable.js';
import type { Reporter, Sink } from '../reporter.js';
import { endObject, type Identity, identityObject, intervalObject, startObject } from './objects.js';

export class JsonReporter implements Reporter {
  readonly #identity: Identity;
  readonly #out: Sink;
  readonly #intervals: unknown[] = [];
  readonly #notes: string[] = [];
  #start: StartEvent | undefined;

  constructor(identity: Identity, out: Sink) {
    this.#identity = identity;
    this.#out = out;
  }

  event(event: TestEvent): void {
    if (event.type === 'start') this.#start = event;
    else if (event.type === 'interval') this.#intervals.push(intervalObject(event, this.#start?.test.direction));
    else if (event.type === 'notice') this.#notes.push(event.text);
    else if (event.type === 'error') {
      const end = event.partial ? endObject(event.partial, this.#start) : {};
      this.#print({ end, error: event.error.line, error_code: event.error.code });
    } else if (event.type === 'end') {
      const output = event.serverOutput;
      this.#print({ end: endObject(event, this.#start), ...(output !== undefined && { server_output_text: output }) });
    }
  }

  #print(ending: Record<string, unknown>): void {
    const { title, extraData } = this.#start ?? {};
    const document = {
      ...(title !== undefined && { title }),
      start: this.#start ? startObject(this.#start, this.#identity) : identityObject(this.#identity),
      intervals: this.#intervals,
      ...ending,
      ...(this.#notes.length > 0 && { notes: this.#notes }),
      ...(extraData !== undefined && { extra_data: extraData }),
    };
    this.#out.write(`${jsonText(document, 2)}\n`);
  }
}
