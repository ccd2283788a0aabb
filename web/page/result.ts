/** The result of a run, to be taken along: as text, as JSON and as the command line's report in HTML. */
import type { Load, RunResult, TestDocument } from '../messages.js';
import { byId, part } from './dom.js';

/** Put in by the build. */
declare const WPERF_REPORT: string;

interface ReportWriter {
  readonly reportOf: (json: string) => string;
}

const reportNames: Readonly<Record<Load, string>> = { down: ' of the download', up: ' of the upload', bidir: '' };
const KEPT_MS = 10_000;

export class ResultBox {
  #result: RunResult | undefined;

  constructor() {
    this.#offer(['down'], []);
    byId('copy-text').onclick = () => this.#copy(this.#result?.text ?? '');
    byId('copy-json').onclick = () => this.#copy(this.#json());
    byId('save-json').onclick = () => save('wperf.json', 'application/json', this.#json());
  }

  /** Nothing is known yet of the tests that there will be. */
  clear(loads: readonly Load[]): void {
    this.#result = undefined;
    byId('text').hidden = true;
    this.moved('Nothing has been measured yet.');
    this.#say('');
    this.#offer(loads, []);
  }

  show(result: RunResult): void {
    this.#result = result;
    this.#offer([], result.tests);
  }

  moved(text: string): void {
    byId('volume').textContent = text;
  }

  #offer(awaited: readonly Load[], tests: readonly TestDocument[]): void {
    for (const id of ['copy-text', 'copy-json', 'save-json']) byId<HTMLButtonElement>(id).disabled = tests.length === 0;
    const loads = tests.length === 0 ? awaited : tests.map(({ load }) => load);
    const buttons = loads.map((load) => this.#reportButton(load, loads.length > 1));
    byId('reports').replaceChildren(...buttons);
  }

  #reportButton(load: Load, isOneOfSome: boolean): HTMLButtonElement {
    const name = isOneOfSome ? reportNames[load] : '';
    const button = part('button', 'plain', `Save report${name}`) as HTMLButtonElement;
    const test = this.#result?.tests.find((each) => each.load === load);
    button.type = 'button';
    button.dataset.report = load;
    button.disabled = test === undefined;
    button.onclick = () => void this.#saveReport(test);
    return button;
  }

  async #saveReport(test: TestDocument | undefined): Promise<void> {
    const writer = await fetchWriter();
    if (!writer) this.#say('The part that writes reports did not come from the server, which may have been stopped.');
    if (!writer || !test) return;
    save(`wperf-${test.load}.html`, 'text/html', writer.reportOf(test.json));
    this.#say('Saved.');
  }

  #json(): string {
    const documents = (this.#result?.tests ?? []).map(({ json }) => json);
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
    const copied = () => this.#say('Copied.');
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(copied, () => {});
    else if (document.execCommand('copy')) copied();
  }

  #say(text: string): void {
    byId('taken').textContent = text;
  }
}

/** Undefined where the server does not give it. */
function fetchWriter(): Promise<ReportWriter | undefined> {
  return import(new URL(WPERF_REPORT, import.meta.url).href).catch(() => undefined);
}

function save(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
