/** Work done as this process ends by itself or by a signal that asks: for what no undo has reached. It must not wait. */
export function atExit(work: () => void): void {
  works.push(work);
}

const works: (() => void)[] = [];

process.on('exit', () => {
  for (const work of works) work();
});
// Without a listener a signal ends the process before it can do its work.
for (const [signal, number] of [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.once(signal, () => process.exit(128 + number));
}
