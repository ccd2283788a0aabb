/** What a user is told of options of sockets at a server of the original. */
import type { NoticeEvent } from '../../../events/load.js';
import type { ConnectionPlan } from '../../../plan/plan.js';
import { farSocket } from '../../../plan/socket.js';

export function socketNotes({ socket }: Pick<ConnectionPlan, 'socket'>): NoticeEvent[] {
  if (farSocket(socket) === undefined) return [];
  const text =
    'The original wperf sets no options of its sockets: window, TOS and congestion control are of this end alone.';
  return [{ type: 'notice', level: 'info', text }];
}
