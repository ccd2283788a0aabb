/**
 * The header of an iperf3 packet, big-endian: 32 bits of seconds and 32 of microseconds of the sender's clock, then the
 * packet's number with 32 or 64 bits. It counts from 1 on the wire and from 0 here. Pure.
 */
import { type PacketCodec, write64 } from '../../../protocol/packet-header.js';

const NARROW_HEADER_BYTES = 12;
const WIDE_HEADER_BYTES = 16;

const WRAP = 2 ** 32;

/** For one stream in one direction: numbers of 32 bits begin anew after 2^32, and each is taken for the one nearest the last. */
export function makePacketCodec(isWide: boolean): PacketCodec {
  let last = 0;
  const unwrapped = (narrow: number) => {
    last += (narrow - last) | 0;
    return last;
  };
  return {
    write(head, { number, stampNs }) {
      const view = viewOf(head);
      const us = Math.floor(stampNs / 1000);
      view.setUint32(0, Math.floor(us / 1e6) % WRAP);
      view.setUint32(4, us % 1e6);
      if (isWide) write64(head, 8, number + 1);
      else view.setUint32(8, (number + 1) % WRAP);
    },
    read(head) {
      if (head.length < (isWide ? WIDE_HEADER_BYTES : NARROW_HEADER_BYTES)) return undefined;
      const view = viewOf(head);
      const stampNs = view.getUint32(0) * 1e9 + view.getUint32(4) * 1e3;
      const count = isWide ? view.getUint32(8) * WRAP + view.getUint32(12) : unwrapped(view.getUint32(8));
      return count < 1 ? undefined : { number: count - 1, stampNs };
    },
  };
}

function viewOf(head: Uint8Array): DataView {
  return new DataView(head.buffer, head.byteOffset, head.byteLength);
}
