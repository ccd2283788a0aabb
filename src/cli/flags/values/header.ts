import { BadValue } from '../../../units.js';
import type { FlagType } from './types.js';

export type Header = readonly [name: string, value: string];

const fieldName = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const fieldValue = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** Headers that make the upgrade request what it is, or that belong to one hop: overriding them breaks the handshake. */
const handshakeHeader =
  /^(connection|upgrade|sec-websocket-.*|content-length|transfer-encoding|te|trailer|keep-alive|expect)$/i;
const proxyHeader = /^proxy-/i;

/** `Name: value` of one request header (RFC 9110, sections 5.1 and 5.5). */
export const header: FlagType<Header> = {
  placeholder: "'NAME: VALUE'",
  redact: (text) => text.replace(/:.*/s, ': ...'),
  parse(text) {
    const colon = text.indexOf(':');
    if (colon < 1) throw new BadValue('is not a header', "write 'Name: value'");
    const name = text.slice(0, colon);
    const value = text.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
    checkName(name);
    if (!fieldValue.test(value)) {
      throw new BadValue('has a character that no header may carry', 'use printable Latin-1 characters in one line');
    }
    return [name, value];
  },
};

function checkName(name: string): void {
  if (!fieldName.test(name)) {
    throw new BadValue(
      'has a header name with a forbidden character',
      'use letters, digits and hyphens before the colon',
    );
  }
  if (handshakeHeader.test(name)) throw new BadValue('belongs to the handshake itself', 'leave it to wperf');
  if (proxyHeader.test(name)) {
    throw new BadValue(
      'is for a proxy and would reach the server',
      'put credentials in --proxy http://user:password@host',
    );
  }
}
