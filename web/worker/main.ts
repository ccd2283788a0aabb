/** The worker: load, clock and WebSockets live here, where a tab in the background does not slow them. */
import type { FromWorker, ToWorker } from '../messages.js';
import { traceBack } from './route.js';
import { hostOf, run } from './run.js';

const tell = (message: FromWorker) => postMessage(message);
let stop = new AbortController();

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'stop') stop.abort('interrupted');
  else if (data.type === 'route') void traceBack(data.page, hostOf(data.page), data.token, tell);
  else {
    stop.abort('interrupted');
    stop = new AbortController();
    void run(data.settings, data.page, stop.signal, tell).catch((error: unknown) =>
      tell({ type: 'failed', code: 'internal', text: String(error) }),
    );
  }
});
