/**
 * Load by HTTP requests of a client that has nothing better, as a browser: docs/protocol.md, "Load by HTTP requests". The
 * key of a stream is good for all its requests, and ends with it. What shows no good key is answered with 404.
 */
import { WperfError } from '../../errors.js';
import { given } from '../../given.js';
import type { ForwardedClient } from '../channel.js';
import type { Requested } from '../door/http.js';
import type { LoadListener, LoadPlace, LoadTransport } from '../load-transport.js';
import { infoOf } from '../socket/info.js';
import { HttpLink } from './link.js';

const LOAD_PATH = /\/load\/([0-9a-f]{32})$/;

interface RequestTools {
  /** Below which requests for load lie; undefined is any. */
  readonly folder: string | undefined;
  /** For whom a trusted proxy speaks. */
  readonly clientOf: () => ForwardedClient | undefined;
  /** The connection carries load for another. */
  readonly carries: () => void;
}

export class HttpLoad implements LoadTransport {
  readonly name = 'http';
  readonly carries = 'bytes';
  #place: LoadPlace | undefined;
  /** By key. */
  readonly #links = new Map<string, HttpLink>();

  async connect(): Promise<never> {
    throw new WperfError('usage', 'http carries the load of browsers', { hint: 'use another --proto, or none' });
  }

  async listen(place: LoadPlace): Promise<LoadListener> {
    this.#place = place;
    return {
      close: () => {
        for (const link of this.#links.values()) link.drop();
      },
    };
  }

  /** Takes a request for load; false where it is none. */
  take(asked: Requested, { folder, clientOf, carries }: RequestTools): boolean {
    const { path, request } = asked;
    const [suffix, key] = LOAD_PATH.exec(path) ?? [];
    if (key === undefined || suffix === undefined) return false;
    if (request.method !== 'GET' && request.method !== 'POST') return false;
    if (folder !== undefined && path !== `${folder}${suffix.slice(1)}`) return false;
    const link = this.#links.get(key) ?? this.#begin(asked, key, clientOf);
    if (link) link.take(asked, carries);
    else asked.answer({ status: 404, text: 'no test has this key\n' });
    return true;
  }

  #begin(
    { arrival: { tcp, socket } }: Requested,
    key: string,
    clientOf: RequestTools['clientOf'],
  ): HttpLink | undefined {
    const place = this.#place;
    const bytes = Buffer.from(key, 'hex');
    if (!place?.granted(bytes)) {
      place?.ignored();
      return undefined;
    }
    const info = { ...infoOf(tcp), secure: socket !== tcp, ...given({ client: clientOf() }) };
    const link = new HttpLink(info, () => this.#links.delete(key));
    this.#links.set(key, link);
    place.accept(link, bytes);
    return link;
  }
}
