/** A password from whoever sits at the terminal, which does not show it. */
import { WperfError } from '../../../errors.js';
import { interrupted } from './signals.js';

/** What ends the input: return, and where nothing more can come. */
const ENDS = new Set(['\r', '\n', '\u0004']);
const INTERRUPT = '\u0003';
const ERASE = new Set(['\u007f', '\b']);

interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WritableStream;
}

/** Rejects with a WperfError where there is no terminal, and where it is interrupted. */
export async function askPassword(question: string, terminal: Partial<Terminal> = {}): Promise<string> {
  const { input = process.stdin, output = process.stderr } = terminal;
  if (!input.isTTY) {
    const hint = 'set IPERF3_PASSWORD, or start wperf at a terminal';
    throw new WperfError('usage', '--username needs a password, and there is nobody to ask for it', { hint });
  }
  output.write(question);
  input.setRawMode(true);
  input.setEncoding('utf8');
  input.resume();
  try {
    return await readLine(input);
  } finally {
    input.setRawMode(false);
    input.pause();
    output.write('\n');
  }
}

function readLine(input: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const done = (settle: () => void) => {
      input.off('data', hear);
      input.off('end', end);
      settle();
    };
    const end = () => done(() => resolve(typed.join('')));
    const interrupt = () => done(() => reject(new WperfError('interrupted', 'interrupted')));
    const hear = (text: string) => {
      for (const character of text) {
        if (ENDS.has(character)) return end();
        if (character === INTERRUPT) return interrupt();
        typed = ERASE.has(character) ? typed.slice(0, -1) : [...typed, character];
      }
    };
    input.on('data', hear);
    input.on('end', end);
    void interrupted.then(interrupt);
  });
}
