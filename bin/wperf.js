#!/usr/bin/env node
/** Runs the program. What keeps its own files from being read is told in a line too. */
try {
  const { leave, main } = await import('../dist/program/main.js');
  await leave(await main(process.argv.slice(2)));
} catch (error) {
  const files = 'this machine lets wperf open no more files and connections: raise the limit (ulimit -n)';
  process.stderr.write(`wperf: error: ${/^E[MN]FILE$/.test(error.code) ? files : error.message}\n`);
  process.exitCode = 5;
}
