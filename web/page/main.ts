/** The page: one button, the worker behind it, and what is shown of what it tells. */
import type { FailedMessage, FiguresMessage, FromWorker, Settings, ToWorker } from '../messages.js';
import { byId } from './dom.js';
import { showHistory } from './kept/history.js';
import { forget, keep } from './kept/recent.js';
import { placeOf } from './place.js';
import { RouteList } from './route.js';
import { hashOf, secondsIn, settingsOf, streamsIn } from './settings.js';
import { View } from './view.js';

/** Put in by the build. */
declare const WPERF_WORKER: string;

const place = placeOf(location, new URL('..', import.meta.url).href);
let worker: Worker | undefined;
const view = new View();
const route = new RouteList();

const say = (message: ToWorker) => working().postMessage(message);

/** Made once the page is seen, so that it does not hold that up, and is warm when it is wanted. */
function working(): Worker {
  if (worker) return worker;
  worker = new Worker(new URL(WPERF_WORKER, import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => hear(data);
  sayHidden();
  worker.onerror = () => {
    if (view.state === 'running') view.failed('the part of this page that measures has failed; load it again');
  };
  return worker;
}

function sayHidden(): void {
  worker?.postMessage({ type: 'hidden', hidden: document.hidden } satisfies ToWorker);
}

function begin(): void {
  const settings = chosen();
  if (!settings) {
    view.openMore();
    view.say('Check the settings: one of them is out of its range.');
    return;
  }
  view.begin(settings);
  say({ type: 'start', settings, page: place });
}

function stop(): void {
  view.stopping();
  say({ type: 'stop' });
}

function chosen(): Settings | undefined {
  const { course, seconds, streams, token } = view.fields;
  const [wholeSeconds, wholeStreams] = [secondsIn(seconds.value), streamsIn(streams.value)];
  if (wholeSeconds === undefined || wholeStreams === undefined) return undefined;
  const settings = { course: course.value as Settings['course'], seconds: wholeSeconds, streams: wholeStreams };
  return token.value === '' ? settings : { ...settings, token: token.value };
}

function hear(message: FromWorker): void {
  if (message.type === 'hop') route.hop(message);
  else if (message.type === 'route-note') route.note(message.text);
  else if (message.type === 'route-end') route.end(message.text);
  else if (view.state !== 'running') return;
  else if (message.type === 'phase') view.phase(message);
  else if (message.type === 'rate') view.rate(message);
  else if (message.type === 'rtt') view.rtt(message);
  else if (message.type === 'figures') view.measured(message);
  else if (message.type === 'note') view.note(message.text);
  else if (message.type === 'failed') fail(message);
  else {
    view.done(message);
    if (!message.stopped) remember(view.figures.heard);
  }
}

function fail(message: FailedMessage): void {
  view.failed(message.why, message.result);
  if (message.code.startsWith('token-')) view.askForToken();
}

function remember(heard: readonly FiguresMessage[]): void {
  const rate = (direction: 'down' | 'up') =>
    heard.map(({ bitsPerSecond }) => bitsPerSecond[direction]).find((each) => each !== undefined) ?? null;
  keep({ at: Date.now(), down: rate('down'), up: rate('up'), idle: heard[0]?.idle?.medianMs ?? null });
  showHistory();
}

function showLink(): void {
  const settings = chosen();
  if (settings) view.showLink(new URL(hashOf(settings), location.href).href);
}

view.form.oninput = showLink;
view.form.onsubmit = (event) => {
  event.preventDefault();
  if (view.state === 'running') stop();
  else begin();
};
route.onAsked(() => {
  const token = view.fields.token.value;
  say({ type: 'route', page: place, ...(token !== '' && { token }) });
});
byId('forget').onclick = () => {
  forget();
  showHistory();
};
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape' && view.state === 'running') stop();
});
document.addEventListener('visibilitychange', sayHidden);

view.where(location.host, place.secure);
view.fill(settingsOf(location.hash));
if ((navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } }).connection?.saveData) {
  view.say('This browser is to save data: a run may move a gigabyte or more.');
}
addEventListener('hashchange', () => {
  view.fill(settingsOf(location.hash));
  showLink();
});
showLink();
showHistory();
requestAnimationFrame(() => setTimeout(working, 50));
