/** The page's own channel, over a WebSocket of Node's that has what a browser's has. */
export { BrowserChannel } from '../../web/worker/channel.js';
