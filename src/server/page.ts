/**
 * The page that makes any browser a client: built into the package, read once when the server begins, and served from
 * memory. docs/page.md.
 */
import { WperfError } from '../errors.js';
import { packagePart } from '../package.js';
import type { Answer, Requested } from '../transport/door/http.js';
import { reads, wrongPath } from './http.js';
import { ownPageCookie } from './origin.js';

/** What the build says of a file. */
interface Listed {
  readonly type: string;
  /** Names of files by encoding, `identity` among them. */
  readonly encodings: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly page: Listed;
  /** By name, which changes with the content. */
  readonly assets: Readonly<Record<string, Listed>>;
}

interface Asset {
  readonly type: string;
  /** By encoding. */
  readonly bodies: ReadonlyMap<string, Buffer>;
}

function partOfPage(name: string): Buffer | undefined {
  return packagePart(`dist/page/${name}`);
}

const ASSET_PATH = /\/assets\/([A-Za-z0-9._-]+)$/;

/** The folder that a page at this path takes its assets from. */
export function folderOf(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

export class Page {
  readonly #path: string | undefined;
  readonly #page: Asset;
  readonly #assets: ReadonlyMap<string, Asset>;

  private constructor(path: string | undefined, page: Asset, assets: ReadonlyMap<string, Asset>) {
    this.#path = path;
    this.#page = page;
    this.#assets = assets;
  }

  /** At this path, or without one at every folder; undefined where the package was built without it. */
  static read(path: string | undefined, part = partOfPage): Page | undefined {
    const manifest = part('manifest.json');
    if (!manifest) return undefined;
    const { page, assets } = JSON.parse(manifest.toString()) as Manifest;
    const body = (name: string): Buffer => {
      const bytes = part(name);
      if (!bytes) throw new WperfError('internal', `${name} of the page is missing`, { hint: 'build the page anew' });
      return bytes;
    };
    const asset = ({ type, encodings: names }: Listed): Asset => ({
      type,
      bodies: new Map(Object.entries(names).map(([name, each]) => [name, body(each)])),
    });
    const read = new Map(Object.entries(assets).map(([name, listed]) => [name, asset(listed)]));
    return new Page(path, asset(page), read);
  }

  /** Undefined where the request is for something else. */
  answer({ request, path }: Requested): Answer | undefined {
    if (!reads(request)) return undefined;
    const [suffix = '', name] = ASSET_PATH.exec(path) ?? [];
    if (name !== undefined) {
      const isHere = this.#path === undefined || path === `${folderOf(this.#path)}${suffix.slice(1)}`;
      const asset = isHere ? this.#assets.get(name) : undefined;
      return asset ? answerOf(asset, request.headers, forever) : wrongPath;
    }
    if (!this.#isPage(path) || !wantsHtml(request.headers.accept)) return undefined;
    return path.includes('..') ? wrongPath : this.#pageAnswer(path, request.headers);
  }

  #isPage(path: string): boolean {
    return this.#path === undefined ? path.endsWith('/') : path === this.#path;
  }

  /** Where the path is no folder, what the page names lies in one beside it. */
  #pageAnswer(path: string, headers: Requested['request']['headers']): Answer {
    if (path.endsWith('/')) return asOwn(answerOf(this.#page, headers, anew));
    const html = this.#page.bodies.get('identity')?.toString() ?? '';
    const folder = `./${path.slice(path.lastIndexOf('/') + 1)}/`;
    const body = Buffer.from(html.replaceAll('"./', `"${folder}`));
    return asOwn(answerOf({ type: this.#page.type, bodies: new Map([['identity', body]]) }, headers, anew));
  }
}

function asOwn(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, ...ownPageCookie } };
}

const forever = 'public, max-age=31536000, immutable';
const anew = 'no-cache';

function answerOf({ type, bodies }: Asset, headers: Requested['request']['headers'], cache: string): Answer {
  const accepted = String(headers['accept-encoding'] ?? '').split(/\s*,\s*/);
  const encoding = accepted.includes('gzip') && bodies.has('gzip') ? 'gzip' : 'identity';
  return {
    status: 200,
    text: '',
    body: bodies.get(encoding) ?? Buffer.alloc(0),
    headers: {
      ...security(headers.host),
      'Content-Type': type,
      'Cache-Control': cache,
      Vary: 'Accept, Accept-Encoding',
      ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
    },
  };
}

/** On every file: a worker obeys its own. */
function security(host: string | undefined) {
  return {
    'Content-Security-Policy': policy(host),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  };
}

/** Older Safari does not take 'self' for WebSockets: the host is named, where it is one. A policy cannot name IPv6. */
function policy(host = ''): string {
  const sockets = /^[A-Za-z0-9.-]+(?::\d{1,5})?$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self'${sockets}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function wantsHtml(accept = ''): boolean {
  return accept.includes('text/html');
}
