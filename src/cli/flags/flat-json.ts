/** JSON of one object whose members are texts, numbers, switches or lists of them, each with its place in the file. */

export interface Scalar {
  readonly kind: 'text' | 'number' | 'switch';
  /** As it stands in the file, a text without its quotes. */
  readonly text: string;
  readonly offset: number;
}

export interface Member {
  readonly key: string;
  /** Where the key stands. */
  readonly offset: number;
  readonly value: Scalar | readonly Scalar[];
}

/** What keeps a text from being such JSON, and where. */
export class JsonFlaw extends Error {
  override readonly name = 'JsonFlaw';

  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** Line and column of a place, as editors count: `3:14`. */
export function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Its members in their order. Throws JsonFlaw. */
export function parseFlatJson(text: string): Member[] {
  const reader = new FlatReader(text);
  const members = reader.list('{', '}', () => reader.member());
  reader.end();
  return members;
}

/** Each of these patterns is tried at one place only. */
const tokens = {
  blank: /[ \t\r\n]*/y,
  text: /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy,
  number: /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y,
  switch: /(?:true|false)\b/y,
};

/** Liveness: each step consumes a character or ends. */
class FlatReader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Items between brackets, with commas between them. */
  list<T>(open: string, close: string, item: () => T): T[] {
    this.#expect(open);
    const items: T[] = [];
    if (this.#next() === close) {
      this.#at++;
      return items;
    }
    for (;;) {
      items.push(item());
      if (this.#next() !== ',') break;
      this.#at++;
    }
    this.#expect(close, ',');
    return items;
  }

  member(): Member {
    this.#next();
    const offset = this.#at;
    const quoted = this.#take('text');
    if (quoted === undefined) throw this.#flaw('a key in double quotes');
    this.#expect(':');
    const value = this.#next() === '[' ? this.list('[', ']', () => this.#scalar()) : this.#scalar();
    return { key: JSON.parse(quoted), offset, value };
  }

  end(): void {
    if (this.#next() !== '') throw this.#flaw('nothing more');
  }

  #scalar(): Scalar {
    this.#next();
    const offset = this.#at;
    for (const kind of ['text', 'number', 'switch'] as const) {
      const found = this.#take(kind);
      if (found !== undefined) return { kind, text: kind === 'text' ? JSON.parse(found) : found, offset };
    }
    throw this.#flaw('a text in double quotes, a number, true or false');
  }

  /** The character behind blanks; empty at the end. */
  #next(): string {
    this.#take('blank');
    return this.#text.charAt(this.#at);
  }

  #take(token: keyof typeof tokens): string | undefined {
    const pattern = tokens[token];
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    this.#at += found?.length ?? 0;
    return found;
  }

  #expect(character: string, or?: string): void {
    if (this.#next() !== character) {
      throw this.#flaw(
        [or, character]
          .filter((one) => one !== undefined)
          .map((one) => `'${one}'`)
          .join(' or '),
      );
    }
    this.#at++;
  }

  #flaw(expected: string): JsonFlaw {
    const found = this.#text.charAt(this.#at);
    const what = found === '' ? 'the end of the file' : JSON.stringify(found);
    return new JsonFlaw(`${expected} should stand here, not ${what}`, this.#at);
  }
}
