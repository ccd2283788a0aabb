/** One line of JSON an event, with iperf3's event names; nothing is kept. */
import type { EndEvent, StartEvent, TestEvent } from '../../events/load.js';
import { jsonText } from '../printable.js';
import type { Reporter, Sink } from '../reporter.js';
import { type Identity, lineOfMessage } from './common.js';
import type { DocumentOptions } from './document.js';
import { endObject, intervalObject, serverOutputFields, startObject } from './objects.js';

export class JsonStreamReporter implements Reporter {
  readonly #identity: Identity;
  readonly #out: Sink;
  readonly #withTrips: boolean;
  #start: StartEvent | undefined;

  constructor(identity: Identity, out: Sink, { withTrips = false }: DocumentOptions = {}) {
    this.#identity = identity;
    this.#out = out;
    this.#withTrips = withTrips;
  }

  event(event: TestEvent): void {
    if (event.type === 'start') this.#printStart(event);
    else if (event.type === 'interval') this.#print('interval', intervalObject(event, this.#start?.test.direction));
    else if (event.type === 'end') {
      for (const [name, output] of Object.entries(serverOutputFields(event))) this.#print(name, output);
      this.#printEnd(event);
    } else if (event.type === 'notice' || event.type === 'error') {
      if ('partial' in event && event.partial) this.#printEnd(event.partial);
      this.#write(lineOfMessage(event));
    }
  }

  #printStart(event: StartEvent): void {
    const { title, extraData } = event;
    this.#start = event;
    this.#print('start', {
      ...startObject(event, this.#identity),
      ...(title !== undefined && { title }),
      ...(extraData !== undefined && { extra_data: extraData }),
    });
  }

  #printEnd(event: EndEvent): void {
    this.#print('end', endObject(event, this.#start, this.#withTrips));
  }

  #print(event: string, data: unknown): void {
    this.#write({ event, data });
  }

  #write(line: object): void {
    this.#out.write(`${jsonText(line)}\n`);
  }
}
