/** The worker: load, clock and WebSockets live here, where a tab in the background does not slow them. */
import { systemClock } from '../../src/host/clock.js';
import type { FromWorker, ToWorker } from '../messages.js';
import { Background } from './background.js';
import { traceBack } from './route.js';
import { hostOf, run } from './run.js';

const tell = (message: FromWorker) => postMessage(message);
const background = new Background(systemClock);
let stop = new AbortController();

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'stop') stop.abort('interrupted');
  else if (data.type === 'hidden') background.turn(data.hidden);
  else if (data.type === 'route') void traceBack(data.page, hostOf(data.page), data.token, tell);
  else {
    const { settings, page } = data;
    stop.abort('interrupted');
    stop = new AbortController();
    void run({ settings, page, background, signal: stop.signal, tell }).catch((error: unknown) =>
      tell({ type: 'failed', code: 'internal', why: String(error), result: { tests: [], text: '' } }),
    );
  }
});
