/** The server's own report, for a client that asks for it: in the form that the server prints. */
import { bounds, iperf3Service } from '../../../defaults/index.js';
import type { TestEvent } from '../../../events/load.js';
import type { Recorder } from '../../../events/recorder.js';
import { endEventOf } from '../../../modes/load/end.js';
import type { StreamDirections } from '../../../modes/load/results.js';
import type { StreamOutcome } from '../../../modes/load/stream/figures.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { House } from '../../served.js';
import type { Results } from '../wire/results.js';

export class Output {
  readonly #isJson: boolean;
  readonly #recorder: Recorder | undefined;
  #test: TestPlan | undefined;
  #rows = 0;

  constructor({ makeRecorder, makeJsonRecorder }: Pick<House, 'makeRecorder' | 'makeJsonRecorder'>) {
    this.#isJson = makeJsonRecorder !== undefined;
    this.#recorder = (makeJsonRecorder ?? makeRecorder)?.();
  }

  /** Of a long test it has the intervals of the beginning. */
  event(event: TestEvent): void {
    if (event.type === 'start') this.#test = event.test;
    else if (event.type === 'end' || event.type === 'error') return;
    if (event.type === 'interval') this.#rows += event.streams.length;
    if (this.#rows <= iperf3Service.outputRows) this.#recorder?.event(event);
  }

  /** With this end's figures as the last: the far end's are not asked for. */
  finish(
    outcomes: ReadonlyMap<number, StreamOutcome>,
    directions: StreamDirections,
  ): Pick<Results, 'serverOutputJson' | 'serverOutputText'> {
    const recorder = this.#recorder;
    if (!recorder || !this.#test) return {};
    recorder.event(endEventOf('server', this.#test, outcomes, { directions, missing: () => [] }));
    const text = recorder.text();
    return this.#isJson
      ? { serverOutputJson: JSON.parse(text) }
      : { serverOutputText: text.slice(0, bounds.serverOutputBytes) };
  }
}
