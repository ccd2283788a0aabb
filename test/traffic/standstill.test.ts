/** An end that does not run is named: by a clock that tests move, and by processes that are really stopped. */
import { describe, expect, it } from 'vitest';
import { watchStandstill } from '../../src/traffic/standstill.js';
import { FakeClock } from '../support/fake-clock.js';
import { pause, start } from '../support/processes.js';
import { startWperfServer, wperf } from '../support/wperf.js';

describe('a watch for standstills', () => {
  it('finds none in a process that runs, or is a little late', () => {
    const clock = new FakeClock();
    const watch = watchStandstill(clock);
    clock.advance(3);
    clock.advance(3, 0.4);
    expect(watch.seconds).toBe(0);
  });

  it('adds up what it finds, one that goes on as well, and nothing beyond its end', () => {
    const clock = new FakeClock();
    const watch = watchStandstill(clock);
    clock.advance(2.05, 1.9);
    expect(watch.seconds).toBeCloseTo(1.95, 9);
    clock.advance(1.05, 5);
    expect(watch.seconds).toBeCloseTo(1.95 + 1.05, 1);
    watch.stop();
    const { seconds } = watch;
    clock.advance(100, 50);
    expect(watch.seconds).toBe(seconds);
    expect(clock.pending).toBe(0);
  });
});

it('a client of pings that is stopped for a while is named', async ({ expect, onTestFinished }) => {
  const { host, port } = await startWperfServer(onTestFinished);
  const argv = wperf('--ping', '-c', `${host}:${port}`, '--ping-count', '12', '-i', '0.1');
  const client = await start(onTestFinished, argv);
  await client.outputMatching(/seq=1 /);
  client.signal('SIGSTOP');
  await pause(1000);
  client.signal('SIGCONT');
  const { exitCode, stderr } = await client.finished;
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^warning: The client stood still for [01]\.\d s: /);
});

describe.each(['client', 'server'] as const)('a %s that is stopped for a while', (end) => {
  it.concurrent.for([
    ['up', ['-u', '-b', '2M']],
    ['down', ['-u', '-b', '2M', '-R']],
    ['up', ['-b', '2M']],
  ] as const)('is named, and the path is not, %s %o', async ([direction, args], { expect, onTestFinished }) => {
    const server = await startWperfServer(onTestFinished);
    const address = ['-c', server.host, '-p', String(server.port)];
    const client = await start(onTestFinished, wperf(...address, '-t', '3', ...args, '--json-stream'));
    await client.outputMatching(/"event":"interval"/);
    const stopped = end === 'client' ? client : server.process;
    stopped.signal('SIGSTOP');
    await pause(1500);
    stopped.signal('SIGCONT');
    const { exitCode, stdout } = await client.finished;
    expect(exitCode).toBe(0);
    const warnings: string[] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '').data.warnings;
    expect(warnings[0]).toMatch(new RegExp(`^The ${end} stood still for [12]\\.\\d s: `));
    expect(warnings.join('\n')).not.toMatch(/the path took|besides/);
    const sender = direction === 'up' ? 'client' : 'server';
    if (end === sender) expect(warnings[1]).toContain(`the ${end} fell `);
    else if (args[0] === '-u') expect(warnings[1]).toContain(`the ${end} took nothing while it stood still`);
  });
});
