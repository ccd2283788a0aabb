/** The one document of a test, made of its events: a superset of iperf3's and of the original wperf's. */
import type { StartEvent, TestEvent } from '../../events/load.js';
import { failureObject, type Identity } from './common.js';
import { endObject, identityObject, intervalObject, serverOutputFields, startObject } from './objects.js';

export interface DocumentOptions {
  /** Tell the round trips of latency one by one. */
  readonly withTrips?: boolean;
}

export class DocumentBuilder {
  readonly #identity: Identity;
  readonly #withTrips: boolean;
  readonly #intervals: unknown[] = [];
  readonly #notes: string[] = [];
  #start: StartEvent | undefined;

  constructor(identity: Identity, { withTrips = false }: DocumentOptions = {}) {
    this.#identity = identity;
    this.#withTrips = withTrips;
  }

  /** The whole of it, upon the last event. */
  add(event: TestEvent): Record<string, unknown> | undefined {
    if (event.type === 'start') this.#start = event;
    else if (event.type === 'interval') this.#intervals.push(intervalObject(event, this.#start?.test.direction));
    else if (event.type === 'notice') this.#notes.push(event.text);
    else if (event.type === 'error') {
      const end = event.partial ? endObject(event.partial, this.#start, this.#withTrips) : {};
      return this.#document({ end, ...failureObject(event.error) });
    } else if (event.type === 'end') {
      const end = endObject(event, this.#start, this.#withTrips);
      return this.#document({ end, ...serverOutputFields(event) });
    }
    return undefined;
  }

  #document(ending: Record<string, unknown>): Record<string, unknown> {
    const { title, extraData } = this.#start ?? {};
    return {
      ...(title !== undefined && { title }),
      start: this.#start ? startObject(this.#start, this.#identity) : identityObject(this.#identity),
      intervals: this.#intervals,
      ...ending,
      ...(this.#notes.length > 0 && { notes: this.#notes }),
      ...(extraData !== undefined && { extra_data: extraData }),
    };
  }
}
