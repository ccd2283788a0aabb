/**
 * A connection that asks for the route back, at the server. Liveness: bounded by the wait for the start, by the desk's
 * own bound on every trace, and by the client's leave.
 */
import { waits } from '../../defaults/index.js';
import { toWperfError, WperfError } from '../../errors.js';
import type { TraceEnd } from '../../events/route.js';
import type { Admission, TraceDesk } from '../../modes/route/desk/desk.js';
import { seenAs } from '../../modes/route/desk/target.js';
import type { TraceWish } from '../../plan/plan.js';
import type { Channel } from '../../transport/channel.js';
import type { Conversation } from './conversation.js';
import { messageOf } from './route-wire.js';
import { untilGone } from './serve-pings.js';

export interface ServerTraceOptions {
  readonly desk: TraceDesk;
  readonly wish: TraceWish;
  readonly proven: boolean;
  /** Ends the connection before its time. */
  readonly stop: AbortSignal;
  /** Told how it goes, in a sentence. */
  readonly onNote: (text: string) => void;
}

/** Resolves when the route is told or the client goes; rejects, and tells the client why, when it is refused. */
export async function serveTrace(conversation: Conversation, options: ServerTraceOptions): Promise<void> {
  const { desk, wish, proven, stop, onNote } = options;
  await conversation.expect(waits.startSeconds, 'start');
  const { channel, peer } = conversation;
  onNote(`${peer}: asks for the route back (${wish.protocol}, at most ${wish.maxHops} hops)`);
  const onStop = () => conversation.send({ type: 'end', reason: 'shutdown' });
  try {
    const admission = desk.ask({ info: channel.info, channel: channel as Channel, wish, proven });
    stop.addEventListener('abort', onStop, { once: true });
    const told = tell(conversation, admission);
    const gone = untilGone(conversation)
      .then(() => undefined)
      .finally(() => admission.leave());
    for (const each of [told, gone]) each.catch(() => {});
    const end = await Promise.race([told, gone]);
    onNote(`${peer}: ${outcomeOf(end, admission)}`);
  } catch (thrown) {
    const error = refusalOf(thrown);
    conversation.abort(error);
    throw error;
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

/** The end of the trace; undefined where the client left before it. */
async function tell(conversation: Conversation, { events, shared }: Admission): Promise<TraceEnd | undefined> {
  const seen = seenAs(conversation.channel.info);
  let end: TraceEnd | undefined;
  for await (const event of events) {
    conversation.send(messageOf(event, seen, shared));
    if (event.type === 'trace-end') end = event;
  }
  return end;
}

/** How it went, in words, for the server's log. */
export function outcomeOf(end: TraceEnd | undefined, { target, shared }: Pick<Admission, 'target' | 'shared'>): string {
  if (!end) return `left before the end of the route to ${target}`;
  const how = shared === undefined ? 'traced' : { joined: 'joined a trace', kept: 'given a result kept' }[shared.kind];
  return `route to ${target} ${how}: ${end.hops} ${end.hops === 1 ? 'hop' : 'hops'} in ${end.seconds.toFixed(1)} s, ${endings[end.reason]}`;
}

const endings: Readonly<Record<TraceEnd['reason'], string>> = {
  target: 'up to the client',
  refused: 'refused on the way',
  hops: 'no answer from the client',
  time: 'cut short by the limit of time',
  interrupted: 'interrupted',
};

/** What a client may know of a failure: it is not to blame for one of the server's own. */
export function refusalOf(thrown: unknown): WperfError {
  const error = toWperfError(thrown);
  const isOurs = error.code === 'trace-unavailable' || error.code === 'unreachable' || error.code === 'internal';
  return isOurs ? new WperfError('request-refused', `the server cannot trace: ${error.line}`, { cause: error }) : error;
}
