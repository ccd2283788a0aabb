/** What of the page changes. Text is set as text: no figure or word of a peer is ever read as markup. */
import type { DoneMessage, FiguresMessage, FromWorker, Load, RateMessage, RttMessage, Settings } from '../messages.js';
import { loadsOf, omitSecondsOf } from '../worker/shape.js';
import { draw } from './chart.js';
import { digits, milliseconds, rate, type Shown, unknown, volume } from './numbers.js';
import { recent } from './recent.js';
import { Series } from './series.js';
import { drawTrend } from './trend.js';

export type State = 'idle' | 'running' | 'done' | 'failed';
type Phase = Extract<FromWorker, { readonly type: 'phase' }>;

const labels: Readonly<Record<State, string>> = { idle: 'Start', running: 'Stop', done: 'Again', failed: 'Again' };
const doing: Readonly<Record<Load, string>> = { down: 'Download', up: 'Upload', bidir: 'Download and upload' };
/** Opening and what is measured before the load. */
const OPENING_SECONDS = 1;
const REDRAW_MS = 200;

const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

export class View {
  readonly go = byId<HTMLButtonElement>('go');
  readonly form = byId<HTMLFormElement>('settings');
  readonly fields = {
    course: byId<HTMLSelectElement>('course'),
    seconds: byId<HTMLInputElement>('seconds'),
    streams: byId<HTMLInputElement>('streams'),
    token: byId<HTMLInputElement>('token'),
  };
  /** Of the tests of the run. */
  heard: FiguresMessage[] = [];
  #series = new Series();
  #settings: Settings | undefined;
  #expectedSeconds = 10;
  #phase: Phase | undefined;
  #drawnAt = 0;
  #result: DoneMessage | undefined;

  constructor() {
    this.#onResize();
    this.showRecent();
    byId('copy-text').onclick = () => this.#copy(this.#result?.text ?? '');
    byId('copy-json').onclick = () => this.#copy(this.#json());
    byId('save-json').onclick = () => this.#save();
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

  onForget(task: () => void): void {
    byId('forget').onclick = task;
  }

  onTrace(task: () => void): void {
    byId('trace').onclick = () => {
      byId<HTMLButtonElement>('trace').disabled = true;
      byId('hops').replaceChildren();
      byId('route-end').textContent = 'The server traces the route.';
      task();
    };
  }

  hop({ ttl, who, rttMs }: Extract<FromWorker, { readonly type: 'hop' }>): void {
    const item = document.createElement('li');
    item.textContent = `${ttl}. ${who}${rttMs === null ? '' : `, ${digits(rttMs)} ms`}`;
    byId('hops').append(item);
  }

  routeEnd(text: string): void {
    byId<HTMLButtonElement>('trace').disabled = false;
    byId('route-end').textContent = text;
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
    const loads = loadsOf(settings.course);
    this.#series = new Series();
    this.#settings = settings;
    this.#phase = undefined;
    this.#result = undefined;
    this.heard = [];
    this.#expectedSeconds = loads.length * (settings.seconds + omitSecondsOf(settings.seconds) + OPENING_SECONDS);
    for (const name of ['down', 'up'] as const) this.#figure(name, undefined, rate(undefined));
    for (const name of ['idle', 'loaded-down', 'loaded-up'] as const)
      this.#figure(name, undefined, milliseconds(null), '');
    this.#figure('jitter', undefined, milliseconds(null));
    this.#figure('bufferbloat', undefined, { figure: unknown, unit: '' }, '');
    this.#figure('rpm', undefined, { figure: unknown, unit: 'RPM' });
    byId('notes').replaceChildren();
    byId('notes-box').hidden = true;
    byId('text').hidden = true;
    this.#enable(false);
    this.#live('Connecting', { figure: unknown, unit: 'Mbit/s' });
    this.say('Connecting to the server.');
    this.#become('running');
    this.#redraw(true);
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
    this.#series.rates.push(message);
    const { load = 'down' } = this.#phase ?? {};
    const down = this.#series.recent('down');
    const up = this.#series.recent('up');
    const shown = load === 'up' ? up : load === 'down' ? down : (down ?? 0) + (up ?? 0);
    this.#live(`${doing[load]}${message.omitted ? ', finding its rate' : ''}`, rate(shown));
    this.#progress(message.toSeconds);
    this.#redraw(false);
  }

  rtt(message: RttMessage): void {
    this.#series.rtts.push(message);
    if (!message.loaded && this.#phase?.step === 'idle') {
      this.#live('Latency before the load', milliseconds(message.rttMs));
    }
    this.#progress(message.atSeconds);
    this.#redraw(false);
  }

  figures(message: FiguresMessage): void {
    this.heard.push(message);
    const { bitsPerSecond, idle, loadedDown, loadedUp, jitterMs, load } = message;
    if (bitsPerSecond.down !== undefined) this.#figure('down', bitsPerSecond.down, rate(bitsPerSecond.down));
    if (bitsPerSecond.up !== undefined) this.#figure('up', bitsPerSecond.up, rate(bitsPerSecond.up));
    if (this.heard.length === 1) {
      this.#latency('idle', idle);
      this.#figure('jitter', jitterMs ?? undefined, milliseconds(jitterMs));
    }
    if (load !== 'up') this.#latency('loaded-down', loadedDown);
    if (load !== 'down') this.#latency('loaded-up', loadedUp);
    this.#worst();
    byId('volume').textContent = `This run moved ${volume(this.#volume())}.`;
  }

  /** Once each: tests of a run may say the same. */
  note(text: string): void {
    const known = [...byId('notes').children].some((item) => item.textContent === text);
    if (known) return;
    const item = document.createElement('li');
    item.textContent = text;
    byId('notes').append(item);
    byId('notes-box').hidden = false;
  }

  done(message: DoneMessage): void {
    this.#result = message;
    const some = this.heard.length > 0;
    byId('volume').textContent = some ? `This run moved ${volume(this.#volume())}.` : 'Nothing has been measured yet.';
    this.#enable(some);
    const spoken = this.heard.flatMap(({ bitsPerSecond }) =>
      (['down', 'up'] as const).flatMap((direction) => {
        const bits = bitsPerSecond[direction];
        const shown = rate(bits);
        return bits === undefined ? [] : [`${doing[direction]} ${shown.figure} ${shown.unit}`];
      }),
    );
    this.#end(some || !message.stopped ? 'done' : 'idle');
    const text = spoken.length > 0 ? `${spoken.join(', ')}.` : '';
    this.say(message.stopped ? `Stopped. ${text}` : text);
    this.#result = some ? message : undefined;
  }

  failed(text: string): void {
    this.#end('failed');
    this.say(`Failed: ${text}.`);
  }

  showRecent(): void {
    const kept = recent();
    const cell = (value: number | null) => (value === null ? unknown : digits(value));
    const mega = (value: number | null) => (value === null ? null : value / 1e6);
    const rows = [...kept].reverse().map(({ at, down, up, idle }) => {
      const when = new Date(at).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });
      return rowOf([when, cell(mega(down)), cell(mega(up)), cell(idle)]);
    });
    byId('recent').replaceChildren(...rows);
    drawTrend(byId('trend'), kept);
  }

  #volume(): number {
    return this.heard.reduce((sum, { volumeBytes }) => sum + volumeBytes, 0);
  }

  /** Of both directions. */
  #worst(): void {
    const bloated = [...this.heard].sort((a, b) => (b.bufferbloatMs ?? -1) - (a.bufferbloatMs ?? -1))[0];
    if (!bloated || bloated.bufferbloatMs === null) return;
    const more = `+${digits(bloated.bufferbloatMs)} ms under load`;
    this.#figure('bufferbloat', bloated.bufferbloatMs, { figure: bloated.grade ?? unknown, unit: '' }, more);
    const rpms = this.heard.flatMap(({ rpm }) => rpm ?? []);
    const rpm = Math.min(...rpms);
    if (rpms.length > 0) this.#figure('rpm', rpm, { figure: Math.round(rpm).toLocaleString('en'), unit: 'RPM' });
  }

  #latency(name: string, summary: FiguresMessage['idle']): void {
    if (!summary) return;
    const more = `95 % within ${digits(summary.p95Ms)} ms`;
    this.#figure(name, summary.medianMs, milliseconds(summary.medianMs), more);
  }

  #figure(name: string, value: number | undefined, { figure, unit }: Shown, more?: string): void {
    const box = document.querySelector<HTMLElement>(`[data-figure="${name}"]`);
    const [number, unitBox, moreBox] = ['b', 'dd span', '.more'].map((part) => box?.querySelector(part));
    if (!box || !number || !unitBox) return;
    if (value === undefined) delete box.dataset.value;
    else box.dataset.value = String(value);
    number.textContent = figure;
    unitBox.textContent = unit;
    if (moreBox && more !== undefined) moreBox.textContent = more;
  }

  #live(phase: string, { figure, unit }: Shown): void {
    byId('phase').textContent = phase;
    byId('live').textContent = figure;
    byId('live-unit').textContent = unit;
  }

  #progress(seconds: number): void {
    byId<HTMLProgressElement>('progress').value = Math.min(1, seconds / this.#expectedSeconds);
  }

  #become(state: State): void {
    document.documentElement.dataset.state = state;
    this.go.textContent = labels[state];
    for (const field of Object.values(this.fields)) field.disabled = state === 'running';
  }

  #end(state: State): void {
    this.#become(state);
    const first = this.heard[0]?.bitsPerSecond;
    const shown = rate(first?.down ?? first?.up);
    const what = first === undefined ? 'No result' : first.down === undefined ? 'Upload' : 'Download';
    this.#live(what, shown);
    byId<HTMLProgressElement>('progress').value = state === 'done' ? 1 : 0;
    this.#expectedSeconds = this.#series.seconds || this.#expectedSeconds;
    this.#redraw(true);
    this.#fillTable();
  }

  #enable(on: boolean): void {
    for (const id of ['copy-text', 'copy-json', 'save-json']) byId<HTMLButtonElement>(id).disabled = !on;
  }

  #redraw(now: boolean): void {
    const time = performance.now();
    if (!now && time - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = time;
    draw(byId('chart'), this.#series, this.#expectedSeconds);
  }

  #onResize(): void {
    new ResizeObserver(() => {
      this.#redraw(true);
      drawTrend(byId('trend'), recent());
    }).observe(document.body);
  }

  #fillTable(): void {
    const rows = this.#series.rows();
    const cell = (value: number | undefined) => (value === undefined ? unknown : digits(value));
    const mega = (value: number | undefined) => cell(value === undefined ? undefined : value / 1e6);
    byId('rows').replaceChildren(
      ...rows.map(({ second, down, up, rttMs }) => rowOf([String(second), mega(down), mega(up), cell(rttMs)])),
    );
    const seconds = Math.round(this.#series.seconds);
    byId('chart').setAttribute(
      'aria-label',
      `Throughput and latency over ${seconds} s; the table below has the figures`,
    );
  }

  #json(): string {
    const documents = this.#result?.json ?? [];
    return documents.length === 1
      ? (documents[0] ?? '')
      : `[\n${documents.map((each) => each.trim()).join(',\n')}\n]\n`;
  }

  /** Without TLS browsers lend no clipboard: the text is there to be taken by hand. */
  #copy(text: string): void {
    const box = byId<HTMLTextAreaElement>('text');
    box.value = text;
    box.hidden = false;
    box.focus();
    box.select();
    const copied = () => this.say('Copied.');
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(copied, () => {});
    else if (document.execCommand('copy')) copied();
  }

  #save(): void {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([this.#json()], { type: 'application/json' }));
    link.download = `wperf-${this.#settings?.course ?? 'result'}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

function rowOf(cells: readonly string[]): HTMLTableRowElement {
  const row = document.createElement('tr');
  for (const text of cells) row.insertCell().textContent = text;
  return row;
}
