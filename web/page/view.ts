/** The button, what is said, and the parts of the page that a run changes. */
import type { Direction } from '../../src/plan/plan.js';
import type {
  DoneMessage,
  FiguresMessage,
  FromWorker,
  Load,
  RateMessage,
  RttMessage,
  RunResult,
  Settings,
} from '../messages.js';
import { loadsOf } from '../worker/shape.js';
import { ChartBox } from './chart/chart-box.js';
import { byId, part } from './dom.js';
import { Figures } from './figures.js';
import { showTrend } from './kept/history.js';
import { milliseconds, rate, type Shown, volume } from './numbers.js';
import { ResultBox } from './result.js';

export type State = 'idle' | 'running' | 'done' | 'failed';
type Phase = Extract<FromWorker, { readonly type: 'phase' }>;

const labels: Readonly<Record<State, string>> = { idle: 'Start', running: 'Stop', done: 'Again', failed: 'Again' };
const doing: Readonly<Record<Load, string>> = { down: 'Download', up: 'Upload', bidir: 'Download and upload' };

export class View {
  readonly go = byId<HTMLButtonElement>('go');
  readonly form = byId<HTMLFormElement>('settings');
  readonly fields = {
    course: byId<HTMLSelectElement>('course'),
    seconds: byId<HTMLInputElement>('seconds'),
    streams: byId<HTMLInputElement>('streams'),
    token: byId<HTMLInputElement>('token'),
  };
  readonly figures = new Figures();
  readonly #chart = new ChartBox();
  readonly #result = new ResultBox();
  #phase: Phase | undefined;

  constructor() {
    this.#onResize();
  }

  get state(): State {
    return document.documentElement.dataset.state as State;
  }

  where(host: string, secure: boolean): void {
    byId('where').textContent = `${host}${secure ? ' over TLS' : ''}`;
  }

  fill({ course, seconds, streams }: Settings): void {
    this.fields.course.value = course;
    this.fields.seconds.value = String(seconds);
    this.fields.streams.value = String(streams);
  }

  showLink(href: string): void {
    const link = byId<HTMLAnchorElement>('link');
    link.href = href;
    link.textContent = href;
  }

  openMore(): void {
    byId<HTMLDetailsElement>('more').open = true;
  }

  askForToken(): void {
    this.openMore();
    this.fields.token.focus();
  }

  say(text: string): void {
    byId('status').textContent = text;
  }

  begin(settings: Settings): void {
    this.#phase = undefined;
    this.#chart.clear(settings);
    this.#result.clear(loadsOf(settings.course));
    this.figures.clear();
    byId('notes').replaceChildren();
    byId('notes-box').hidden = true;
    this.#live('Connecting', rate(undefined));
    this.#progress(0);
    this.say('Connecting to the server.');
    this.#become('running');
  }

  stopping(): void {
    this.say('Stopping.');
  }

  phase(phase: Phase): void {
    this.#phase = phase;
    const what = doing[phase.load];
    if (phase.step === 'idle') this.#live('Latency before the load', milliseconds(null));
    else this.#live(what, rate(undefined));
    if (phase.step === 'load') this.say(`${what} begins.`);
  }

  rate(message: RateMessage): void {
    this.#chart.rate(message);
    const { load = 'down' } = this.#phase ?? {};
    const ways: readonly Direction[] = load === 'bidir' ? ['down', 'up'] : [load];
    const shown = ways.reduce((sum, way) => sum + (this.#chart.recent(way) ?? 0), 0);
    this.#live(`${doing[load]}${message.omitted ? ', finding its rate' : ''}`, rate(shown));
    this.#progress();
  }

  rtt(message: RttMessage): void {
    this.#chart.rtt(message);
    if (!message.loaded && this.#phase?.step === 'idle') {
      this.#live('Latency before the load', milliseconds(message.rttMs));
    }
    this.#progress();
  }

  measured(message: FiguresMessage): void {
    this.figures.add(message);
    this.#result.moved(`This run moved ${volume(this.figures.volumeBytes)}.`);
  }

  /** Once each: tests of a run may say the same. */
  note(text: string): void {
    const known = [...byId('notes').children].some((item) => item.textContent === text);
    if (known) return;
    byId('notes').append(part('li', '', text));
    byId('notes-box').hidden = false;
  }

  done(message: DoneMessage): void {
    const { stopped, result } = message;
    const some = this.figures.heard.length > 0;
    if (some) this.#result.show(result);
    this.#end(some || !stopped ? 'done' : 'idle');
    this.say(stopped ? `Stopped. ${this.#spoken()}` : this.#spoken());
  }

  /** What was measured before stands. */
  failed(why: string, result?: RunResult): void {
    if (result && this.figures.heard.length > 0) this.#result.show(result);
    this.#end('failed');
    this.say(`Failed: ${why}.`);
  }

  #spoken(): string {
    const rates = this.figures.heard.flatMap(({ bitsPerSecond }) =>
      (['down', 'up'] as const).flatMap((direction) => {
        const bits = bitsPerSecond[direction];
        const { figure, unit } = rate(bits);
        return bits === undefined ? [] : [`${doing[direction]} ${figure} ${unit}`];
      }),
    );
    return rates.length > 0 ? `${rates.join(', ')}.` : 'No rate was measured.';
  }

  #live(phase: string, { figure, unit }: Shown): void {
    byId('phase').textContent = phase;
    byId('live').textContent = figure;
    byId('live-unit').textContent = unit;
  }

  #progress(share = this.#chart.share): void {
    byId<HTMLProgressElement>('progress').value = share;
  }

  #become(state: State): void {
    document.documentElement.dataset.state = state;
    this.go.textContent = labels[state];
    for (const field of Object.values(this.fields)) field.disabled = state === 'running';
  }

  #end(state: State): void {
    this.#become(state);
    const { down, up } = this.figures.heard[0]?.bitsPerSecond ?? {};
    const what = down !== undefined ? 'Download' : up !== undefined ? 'Upload' : 'No result';
    this.#live(what, rate(down ?? up));
    this.#progress(state === 'done' ? 1 : 0);
    this.#chart.finish();
  }

  #onResize(): void {
    new ResizeObserver(() => {
      this.#chart.redraw();
      showTrend();
    }).observe(document.body);
  }
}
