/**
 * How everything that a test starts is stopped again. Whoever makes a thing hands its undoing to `later` before the
 * thing can be left behind. In a test pass vitest's own `onTestFinished`; in a suite `undoAfterAll()` of `suite.ts`;
 * elsewhere an `UndoStack`.
 */
export type Undo = () => Promise<void> | void;
export type Later = (undo: Undo) => void;

export class UndoStack {
  readonly #undos: Undo[] = [];

  readonly later: Later = (undo) => {
    this.#undos.push(undo);
  };

  /** Runs every undo, the newest first; a failing one does not keep the others from running. */
  async undo(): Promise<void> {
    const failures: unknown[] = [];
    for (let undo = this.#undos.pop(); undo; undo = this.#undos.pop()) {
      try {
        await undo();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} things could not be undone`);
  }
}

/** Runs `work` with a stack of its own and undoes everything afterwards, also when it throws. */
export async function withUndo<Result>(work: (later: Later) => Promise<Result>): Promise<Result> {
  const stack = new UndoStack();
  try {
    return await work(stack.later);
  } finally {
    await stack.undo();
  }
}
