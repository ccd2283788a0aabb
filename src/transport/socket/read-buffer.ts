/**
 * Reads a socket into one buffer over and over: the buffer stays in the processor's cache and nothing is allocated,
 * which about doubles what a process can receive (docs/adr/0001-one-read-buffer.md). Node offers this as the option
 * `onread` of sockets it connects, but not of those it accepts, nor from the moment a WebSocket is open. So the same
 * fields are set later; where a Node has no such fields, the socket stays as it is.
 */
import { Socket } from 'node:net';

const BUFFER_BYTES = 64 * 1024;

interface Handle {
  useUserBuffer(buffer: Uint8Array): void;
}

/** From now on `consumer` gets what arrives instead of 'data'; a chunk's bytes are overwritten once it returns. */
export function readIntoOneBuffer(stream: object, consumer: (chunk: Buffer) => void): boolean {
  const fields = stream instanceof Socket ? onreadFields(stream) : undefined;
  if (!fields) return false;
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  const { socket, handle, bufferKey, callbackKey } = fields;
  socket[bufferKey] = buffer;
  socket[callbackKey] = (bytes: number): void => consumer(buffer.subarray(0, bytes));
  handle.useUserBuffer(buffer);
  return true;
}

/** The fields behind `onread`, if they are all there and unused. */
function onreadFields(socket: Socket) {
  const symbols = Object.getOwnPropertySymbols(socket);
  const find = (description: string) => symbols.find((symbol) => symbol.description === description);
  const [bufferKey, callbackKey] = [find('kBuffer'), find('kBufferCb')];
  const handle = (socket as { _handle?: Partial<Handle> | null })._handle;
  const fields = socket as unknown as Record<symbol, unknown>;
  if (bufferKey === undefined || callbackKey === undefined || fields[bufferKey] !== null) return undefined;
  if (typeof handle?.useUserBuffer !== 'function') return undefined;
  return { socket: fields, handle: handle as Handle, bufferKey, callbackKey };
}
