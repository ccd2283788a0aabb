#!/usr/bin/env node
/** Runs the program. What keeps its own files from being read is told in a line too. */
try {
  const { leave, main } = await import('../dist/program/main.js');
  await leave(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`wperf: error: ${told(error)}\n`);
  process.exitCode = 5;
}

function told({ code, syscall, message }) {
  if (syscall === 'uv_cwd') return 'the working directory is gone: change to one that exists';
  if (!/^E[MN]FILE$/.test(code)) return message;
  return 'this machine lets wperf open no more files and connections: raise the limit (ulimit -n)';
}
