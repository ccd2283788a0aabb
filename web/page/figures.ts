/** The figures of a run, each in its box, where programs read them too. */
import type { FiguresMessage } from '../messages.js';
import { digits, milliseconds, rate, type Shown, unknown } from './numbers.js';

const none = (unit: string): Shown => ({ figure: unknown, unit });

export class Figures {
  /** Of the tests of the run. */
  #heard: FiguresMessage[] = [];

  get heard(): readonly FiguresMessage[] {
    return this.#heard;
  }

  get volumeBytes(): number {
    return this.#heard.reduce((sum, { volumeBytes }) => sum + volumeBytes, 0);
  }

  clear(): void {
    this.#heard = [];
    for (const name of ['down', 'up']) show(name, undefined, rate(undefined));
    for (const name of ['idle', 'loaded-down', 'loaded-up']) show(name, undefined, none('ms'), '');
    show('jitter', undefined, none('ms'));
    show('bufferbloat', undefined, none(''), '');
    show('rpm', undefined, none('RPM'));
  }

  add(message: FiguresMessage): void {
    this.#heard.push(message);
    const { bitsPerSecond, idle, loadedDown, loadedUp, jitterMs, load } = message;
    for (const way of ['down', 'up'] as const) {
      if (bitsPerSecond[way] !== undefined) show(way, bitsPerSecond[way], rate(bitsPerSecond[way]));
    }
    if (this.#heard.length === 1) {
      showLatency('idle', idle);
      show('jitter', jitterMs ?? undefined, milliseconds(jitterMs));
    }
    if (load !== 'up') showLatency('loaded-down', loadedDown);
    if (load !== 'down') showLatency('loaded-up', loadedUp);
    this.#showWorst();
  }

  /** Of both directions. */
  #showWorst(): void {
    const [bloated] = [...this.#heard].sort((a, b) => (b.bufferbloatMs ?? -1) - (a.bufferbloatMs ?? -1));
    if (!bloated || bloated.bufferbloatMs === null) return;
    const more = `+${digits(bloated.bufferbloatMs)} ms under load`;
    show('bufferbloat', bloated.bufferbloatMs, { figure: bloated.grade ?? unknown, unit: '' }, more);
    const rpms = this.#heard.flatMap(({ rpm }) => rpm ?? []);
    const rpm = Math.min(...rpms);
    if (rpms.length > 0) show('rpm', rpm, { figure: Math.round(rpm).toLocaleString('en'), unit: 'RPM' });
  }
}

function showLatency(name: string, summary: FiguresMessage['idle']): void {
  if (!summary) return;
  show(name, summary.medianMs, milliseconds(summary.medianMs), `95 % within ${digits(summary.p95Ms)} ms`);
}

function show(name: string, value: number | undefined, { figure, unit }: Shown, more?: string): void {
  const box = document.querySelector<HTMLElement>(`[data-figure="${name}"]`);
  const [number, unitBox, moreBox] = ['b', 'dd span', '.more'].map((part) => box?.querySelector(part));
  if (!box || !number || !unitBox) return;
  if (value === undefined) delete box.dataset.value;
  else box.dataset.value = String(value);
  number.textContent = figure;
  unitBox.textContent = unit;
  if (moreBox && more !== undefined) moreBox.textContent = more;
}
