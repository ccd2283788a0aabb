/** Who comes to be a stream of a test: connections with its cookie, and first datagrams from its client's address. */
import type { Clock } from '../../../../host/clock.js';
import type { LoadLink } from '../../../../transport/channel.js';
import type { RawVisitor, StrayDatagram } from '../../../served.js';
import type { FrameReader } from '../../wire/framing.js';
import type { Params } from '../../wire/params.js';
import { wishesOf } from '../asked.js';
import { Gathering } from './gathering.js';
import { openWith, setOptions } from './options.js';

/** 4 bytes that any client from 3.1 on takes for the answer to its first datagram. */
const HELLO_BYTES = 4;
const REPLY = Buffer.from('6789', 'latin1');

type Ends = Pick<RawVisitor['info'], 'localHost' | 'remoteHost'>;

export class Callers {
  /** Those that were let in, also where the test then came to nothing. */
  readonly links: LoadLink[] = [];
  readonly #ends: Ends;
  #due: { readonly params: Params; readonly gathering: Gathering } | undefined;

  /** `ends` are those of the connection on which the test was asked for. */
  constructor(ends: Ends) {
    this.#ends = ends;
  }

  /** So many are due from now on. Resolves once all are there; rejects with a WperfError. */
  expect(params: Params, count: number, clock: Clock): Promise<void> {
    const gathering = new Gathering(count, clock);
    this.#due = { params, gathering };
    return gathering.all;
  }

  /** The streams, in the order in which they came. */
  get streams(): readonly LoadLink[] {
    return this.#due?.gathering.links ?? [];
  }

  /** A connection with the test's cookie; false where none is due. */
  take(visitor: RawVisitor, reader: FrameReader): boolean {
    const { params, gathering } = this.#due ?? {};
    if (params?.protocol !== 'tcp' || !gathering?.isOpen) return false;
    reader.release();
    gathering.take(() => {
      const link = this.#keep(visitor.carry(), params);
      setOptions(link, wishesOf(params));
      return link;
    });
    return true;
  }

  /** False where this is no datagram that is waited for. */
  hear({ bytes, from, open }: StrayDatagram): boolean {
    const { params, gathering } = this.#due ?? {};
    const { localHost, remoteHost } = this.#ends;
    if (params?.protocol !== 'udp' || !gathering?.isOpen) return false;
    if (from.host !== remoteHost || bytes.length !== HELLO_BYTES) return false;
    const wishes = { localHost, ...wishesOf(params) };
    const opened = () => openWith(wishes, () => open(REPLY, wishes));
    gathering.take(() => this.#keep(opened(), params));
    return true;
  }

  /** Nobody is waited for any more, nor is it told who goes. */
  close(): void {
    this.#due?.gathering.close();
    for (const link of this.links) link.onClose = () => {};
  }

  dropAll(): void {
    for (const link of this.links) link.drop();
  }

  #keep(link: LoadLink, { repeatingPayload }: Params): LoadLink {
    if (repeatingPayload) link.repeatLoad?.();
    this.links.push(link);
    return link;
  }
}
