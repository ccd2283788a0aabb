/** The program inside the executable: `bin/wperf.js` without files of its own. */
import { leave, main } from '../src/cli/main.ts';

main(process.argv.slice(2)).then(leave, (error) => {
  process.stderr.write(`wperf: error: ${error.message}\n`);
  process.exitCode = 5;
});
