/** What a server prints: a report of each test, told apart by a prefix while several run at once. */
import type { NoticeEvent, TestEvent } from '../../../events/load.js';
import type { PingsServedEvent } from '../../../events/ping.js';
import { identity } from '../../../host/identity.js';
import type { OutputPlan, ServerPlan } from '../../../plan/plan.js';
import { IntervalMerger } from '../../../report/interval-merger.js';
import type { testReporters } from '../../../report/make.js';
import type { Reporter } from '../../../report/reporter.js';
import { servedPingsText } from '../../../report/served-pings.js';
import type { Output } from './output.js';

/** Makes a reporter in the plan's format. */
type Make = Awaited<ReturnType<typeof testReporters>>;

export class ServerOutput {
  readonly #plan: OutputPlan;
  readonly #intervalSeconds: number;
  readonly #output: Output;
  readonly #make: Make;
  readonly #reporters = new Map<string, Reporter>();

  constructor(plan: OutputPlan, intervalSeconds: number, output: Output, make: Make) {
    this.#plan = plan;
    this.#intervalSeconds = intervalSeconds;
    this.#output = output;
    this.#make = make;
  }

  listening({ host, port }: { readonly host: string; readonly port: number }, plan: ServerPlan): void {
    if (this.#plan.format !== 'text') return;
    const where = plan.host === undefined ? 'every address' : host;
    const scheme = plan.tls ? 'wss' : 'ws';
    this.#output.screen.out.write(`${identity.software}: server listening on port ${port} of ${where} (${scheme})\n`);
    const { iperf3 } = plan;
    if (iperf3?.port === undefined || iperf3.refused) return;
    this.#output.screen.out.write(`${identity.software}: clients of iperf3 may use port ${iperf3.port} too\n`);
  }

  notice({ level, text }: NoticeEvent): void {
    if (level === 'warning') this.#output.screen.err.write(`warning: ${text}\n`);
    else if (this.#plan.format === 'text') this.#output.screen.out.write(`${text}\n`);
  }

  pings(event: PingsServedEvent): void {
    this.#output.screen.out.write(servedPingsText(event, identity, this.#plan.format));
  }

  test(event: TestEvent, session: string): void {
    const reporter = this.#reporters.get(session) ?? this.#open(session);
    reporter.event(event);
    if (event.type === 'end' || event.type === 'error') this.#reporters.delete(session);
  }

  #open(session: string): Reporter {
    const prefix = () => (this.#reporters.size > 1 ? `${session.slice(0, 4)} ` : '');
    const reporter = this.#make({ ...identity, output: this.#plan, prefix }, this.#output.screen);
    const merged = new IntervalMerger(reporter, this.#intervalSeconds);
    this.#reporters.set(session, merged);
    return merged;
  }
}
