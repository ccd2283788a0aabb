/**
 * Reads sockets into one buffer over and over: the buffer stays in the processor's cache and nothing is allocated,
 * which about doubles what a process can receive (docs/adr/0001-one-read-buffer.md). Node offers this as the option
 * `onread` of sockets it connects, but not of those it accepts, nor from the moment a WebSocket is open. So the same
 * fields are set later; where a Node has no such fields, the socket stays as it is.
 */
import { Socket } from 'node:net';

/** What one read takes at most. More is no faster; less costs a turn of the event loop too often. */
const BUFFER_BYTES = 256 * 1024;

interface Handle {
  useUserBuffer(buffer: Uint8Array): void;
}

export interface OneBuffer {
  /** How much each read takes from the next on; all that there is room for unless said otherwise. */
  take(bytes: number): void;
}

/** Of all sockets: each gives away what it has read before another reads. */
let shared: Buffer | undefined;

/**
 * From now on `consumer` gets what arrives instead of 'data'; a chunk's bytes are overwritten once it returns. Undefined,
 * with nothing changed, where the stream cannot be read so.
 */
export function readIntoOneBuffer(stream: object, consumer: (chunk: Buffer) => void): OneBuffer | undefined {
  const fields = stream instanceof Socket ? onreadFields(stream) : undefined;
  if (!fields) return undefined;
  shared ??= Buffer.allocUnsafeSlow(BUFFER_BYTES);
  const whole = shared;
  let next = whole;
  const { socket, handle, bufferKey, makerKey, callbackKey } = fields;
  socket[bufferKey] = whole;
  socket[makerKey] = () => next;
  socket[callbackKey] = (bytes: number, buffer: Buffer): void => consumer(buffer.subarray(0, bytes));
  handle.useUserBuffer(whole);
  return {
    take(bytes) {
      if (next.length !== Math.min(bytes, whole.length)) next = whole.subarray(0, bytes);
    },
  };
}

/** The fields behind `onread`, if they are all there and unused. */
function onreadFields(socket: Socket) {
  const symbols = Object.getOwnPropertySymbols(socket);
  const find = (description: string) => symbols.find((symbol) => symbol.description === description);
  const [bufferKey, makerKey, callbackKey] = [find('kBuffer'), find('kBufferGen'), find('kBufferCb')];
  const handle = (socket as { _handle?: Partial<Handle> | null })._handle;
  const fields = socket as unknown as Record<symbol, unknown>;
  if (bufferKey === undefined || makerKey === undefined || callbackKey === undefined) return undefined;
  if (fields[bufferKey] !== null || typeof handle?.useUserBuffer !== 'function') return undefined;
  return { socket: fields, handle: handle as Handle, bufferKey, makerKey, callbackKey };
}
