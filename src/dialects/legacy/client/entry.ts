/** The way into a server of the original: the connection, the token, and what its refusals mean. */

import { toWperfError, WperfError } from '../../../errors.js';
import type { NoticeEvent } from '../../../events/load.js';
import { attempt } from '../../../given.js';
import { endpointText } from '../../../net/endpoint.js';
import type { ConnectionPlan } from '../../../plan/plan.js';
import { decodeMessage } from '../../../protocol/codec.js';
import { strippedError } from '../../../protocol/stripped.js';
import type { BareChannel } from '../../../transport/channel.js';
import { closedError } from '../../life.js';
import { tokenHint } from '../../token.js';
import { LegacyLink } from '../wire/link.js';

/** What a user is told of the dialect, before anything is measured. */
export function dialectNotes(plan: ConnectionPlan): NoticeEvent[] {
  const dialect = {
    type: 'notice',
    level: 'info',
    text: 'The server speaks the dialect of the original wperf.',
  } as const;
  if (plan.token === undefined) return [dialect];
  const isChecked = isServerChecked(plan);
  const who = isChecked ? 'The server' : 'Whoever can read the connection';
  const text = `${who} gets the token as it is: the original wperf proves nothing.`;
  return [dialect, { type: 'notice', level: isChecked ? 'info' : 'warning', text }];
}

/** Nobody but the server named in the certificate can read along. */
export function isServerChecked({ target, insecure }: ConnectionPlan): boolean {
  return target.secure && !insecure;
}

/** A test over `links` failed: a refused token gets its own name. */
export function refusalOf(
  { token, target }: ConnectionPlan,
  links: readonly LegacyLink[],
  thrown: unknown,
): WperfError {
  const peer = endpointText(target);
  if (links.some(({ isOther }) => isOther)) return strippedError(peer);
  const error = toWperfError(thrown);
  const closed = links.find((link) => link.closed?.reason === 'policy')?.closed;
  if (!closed || error.code !== 'peer-lost') return error;
  if (!/token/i.test(closed.text)) return closedError(closed, peer);
  const code = token === undefined ? 'token-required' : 'token-rejected';
  return new WperfError(code, `${peer}: ${closed.text}`, { operation: 'handshake', peer, hint: tokenHint });
}

/** Gives the token, if there is one. */
export function sayToken(link: LegacyLink, { token }: ConnectionPlan): void {
  if (token !== undefined) link.say(token);
}

/** A server of wperf.v1, all of whose names a proxy has taken out of its answer, shows itself by its first text. */
export function linkTo(channel: BareChannel): LegacyLink {
  return new LegacyLink(channel, (text) => attempt(() => decodeMessage(text)) !== undefined);
}
