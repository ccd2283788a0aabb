import { afterAll } from 'vitest';
import { type Later, UndoStack } from './undo.js';

/** To be called in a `describe` body: what it is given in `beforeAll` or later is undone when the suite ends. */
export function undoAfterAll(): Later {
  const stack = new UndoStack();
  afterAll(() => stack.undo());
  return stack.later;
}
