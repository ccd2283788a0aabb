/** The very end of the process: at once, also while the system still looks for a name. */
import { loadLibc } from '../../../host/linux/libc.js';
import { isFinding } from '../../../host/names.js';

/** Whoever is to hear that the process exits still does. */
export function exit(code: number): never {
  if (isFinding()) process.once('exit', () => exitAtOnce(code));
  process.exit(code);
}

/** Without koffi, or elsewhere than on Linux, the process ends with the search. */
function exitAtOnce(code: number): void {
  try {
    loadLibc().calls._exit(code);
  } catch {
    // Node exits by itself.
  }
}
