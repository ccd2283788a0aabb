/** The beginning of a transport header: TCP and UDP have their ports there. Pure. */

export interface Ports {
  readonly source: number;
  readonly destination: number;
}

export function hasPorts(header: DataView, { source, destination }: Ports): boolean {
  return header.getUint16(0) === source && header.getUint16(2) === destination;
}

/** Undefined of fewer bytes. */
export function viewOfAtLeast(bytes: Uint8Array, length: number): DataView | undefined {
  return bytes.length < length ? undefined : viewOf(bytes);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
