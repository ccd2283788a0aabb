/** One line of JSON an event, with iperf3's event names; nothing is kept. */
import type { TestEvent } from '../events.js';
import type { TestDirection } from '../plan.js';
import { endObject, type Identity, intervalObject, startObject } from './json-objects.js';
import { jsonText } from './printable.js';
import type { Reporter, Sink } from './reporter.js';

export class JsonStreamReporter implements Reporter {
  readonly #identity: Identity;
  readonly #out: Sink;
  #direction: TestDirection | undefined;

  constructor(identity: Identity, out: Sink) {
    this.#identity = identity;
    this.#out = out;
  }

  event(event: TestEvent): void {
    if (event.type === 'start') this.#printStart(event);
    else if (event.type === 'interval') this.#print('interval', intervalObject(event, this.#direction));
    else if (event.type === 'notice') this.#print('notice', event.text);
    else if (event.type === 'error') this.#print('error', event.error.line, { error_code: event.error.code });
    else if (event.type === 'end') {
      if (event.serverOutput !== undefined) this.#print('server_output_text', event.serverOutput);
      this.#print('end', endObject(event));
    }
  }

  #printStart(event: TestEvent & { type: 'start' }): void {
    const { title, extraData } = event;
    this.#direction = event.test.direction;
    this.#print('start', {
      ...startObject(event, this.#identity),
      ...(title !== undefined && { title }),
      ...(extraData !== undefined && { extra_data: extraData }),
    });
  }

  #print(event: string, data: unknown, more = {}): void {
    this.#out.write(`${jsonText({ event, data, ...more })}\n`);
  }
}
