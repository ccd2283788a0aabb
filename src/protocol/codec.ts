/** Control messages to and from the text of a frame. */
import { bounds } from '../defaults/index.js';
import { WperfError } from '../errors.js';
import { type Message, type MessageType, messageShapes } from './messages.js';
import { ShapeError } from './shape.js';

export function encodeMessage(message: Message): string {
  return JSON.stringify(message);
}

/** Throws WperfError `protocol-violation` that names the field and its rule. */
export function decodeMessage(frame: string): Message {
  if (frame.length > bounds.controlBytes) throw violation(`a control message of ${frame.length} characters`);
  const value = parse(frame);
  const type = messageType(value);
  try {
    return messageShapes[type](value, '');
  } catch (error) {
    if (error instanceof ShapeError) throw violation(`a bad ${type} message: ${error.message}`);
    throw error;
  }
}

function parse(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    throw violation('a control message that is not JSON');
  }
}

function messageType(value: unknown): MessageType {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (typeof type === 'string' && Object.hasOwn(messageShapes, type)) return type as MessageType;
  throw violation('a control message of no known type');
}

export function violation(what: string): WperfError {
  return new WperfError('protocol-violation', `the peer sent ${what}`);
}
