/** Modules of the user's: what a good one gives, and what a bad one costs. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { runClientPlan } from '../../../src/client.js';
import { startServerPlan } from '../../../src/server/server.js';
import { loadModule } from '../../../src/transport/own/module.js';
import { bundled } from '../../support/bundle.js';
import { collect } from '../../support/events.js';
import { documentedModules, moduleFile } from '../../support/modules.js';
import { clientPlan } from '../../support/plans.js';
import { run } from '../../support/processes.js';
import { runWperf, startWperfServer } from '../../support/wperf.js';

const plain = documentedModules().get('plain.mjs') ?? '';

test('the documented ones are short', () => {
  expect([...documentedModules().keys()]).toEqual(['plain.mjs', 'h2.mjs']);
  for (const code of documentedModules().values()) expect(code.split('\n').length).toBeLessThan(60);
});

describe('a module that is refused', () => {
  const good = {
    name: "'own'",
    carries: "'bytes'",
    connect: '() => {}',
    listen: '() => {}',
  };
  test.each([
    [{ name: '7' }, 'exports no name of up to 32 letters'],
    [{ name: "'a b'" }, 'exports no name of up to 32 letters'],
    [{ name: "'tcp'" }, "exports the name tcp, which is one of wperf's own"],
    [{ carries: "'pigeons'" }, "exports no carries, 'bytes' or 'messages'"],
    [{ connect: 'undefined' }, 'exports no function connect'],
    [{ listen: '{}' }, 'exports no function listen'],
    [
      { columns: "[{ key: 'a' }]", statistics: '() => ({})' },
      'exports columns that are no list of { key, title, kind }',
    ],
    [{ columns: "[{ key: 'a', title: 'A', kind: 'count' }]" }, 'exports columns, and no function statistics'],
  ])('with %j', async (changes, rule) => {
    const code = Object.entries({ ...good, ...changes }).map(([name, value]) => `export const ${name} = ${value};\n`);
    const path = await moduleFile(onTestFinished, 'own.mjs', code.join(''));
    await expect(loadModule(path)).rejects.toMatchObject({
      code: 'usage',
      message: `the module ${path} ${rule}`,
      hint: 'see docs/transports.md',
    });
  });

  test('is one that is not there, or that cannot be read', async () => {
    await expect(loadModule('./nowhere.mjs')).rejects.toMatchObject({
      code: 'usage',
      message: 'the module ./nowhere.mjs is not there',
      hint: 'check the path',
    });
    const path = await moduleFile(onTestFinished, 'bad.mjs', 'export const name = ;');
    await expect(loadModule(path)).rejects.toMatchObject({ message: expect.stringContaining('cannot be loaded: ') });
  });
});

/** Each is the good one with something changed; `where` says at which end the damage is done. */
const bad: readonly [what: string, from: string, to: string, error: RegExp][] = [
  ['throws as it connects', 'way.openTcp();', "{ throw new Error('no wish to'); };", /^unreachable: bad: no wish to/],
  ['connects to nothing', 'way.openTcp();', '7;', /^unreachable: bad: connect gave no stream/],
  [
    'never connects',
    'way.openTcp();',
    'new Promise(() => {});',
    /^(timeout|unreachable): (bad: no connection with .* within 5 s|.*: no bad connection with the key)/,
  ],
  [
    'throws as it is written to',
    'way.openTcp();',
    "way.openTcp().then((stream) => { let calls = 0; const { write } = stream; stream.write = (...all) => { if (calls++ > 3) throw new Error('full'); return write.apply(stream, all); }; return stream; });",
    /^peer-lost: the bad connection for load with .* was lost \(full\)/,
  ],
  [
    'stops in the middle',
    'way.openTcp();',
    'way.openTcp().then((stream) => { setTimeout(() => stream.destroy(), 100); return stream; });',
    /^peer-lost: the bad connection/,
  ],
  ['tells figures that are none', '({ queued: stream.writableLength })', "{ throw new Error('what'); }", /^none$/],
];

describe('a module that', () => {
  test.concurrent.for(bad)(
    '%s costs its own test only',
    { timeout: 20_000 },
    async ([, from, to, expected], { expect, onTestFinished }) => {
      const code = plain.replace("'plain'", "'bad'").replace(from, to);
      expect(code).toContain(to);
      const [good, path] = [
        await moduleFile(onTestFinished, 'plain.mjs'),
        await moduleFile(onTestFinished, 'bad.mjs', code),
      ];
      const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, modules: [good, path] });
      onTestFinished(() => server.close());
      const run = (name: string) =>
        collect(runClientPlan(clientPlan(server.address.port, { proto: { name, settings: {} }, seconds: 0.6 })));
      const [broken, whole] = await Promise.all([run(path), run(good)]);
      expect(broken.error ?? 'none').toMatch(expected);
      expect(whole.error).toBeUndefined();
      expect((await run(good)).error).toBeUndefined();
    },
  );

  test.concurrent.for([
    [
      'throws later, in a callback',
      'way.openTcp();',
      "way.openTcp().then((stream) => { setTimeout(() => { throw new Error('oh'); }, 100); return stream; });",
      /the bad connection for load with .* was lost \(oh\)/,
    ],
    [
      'rejects what nobody waits for',
      'way.openTcp();',
      "way.openTcp().then((stream) => { setTimeout(() => Promise.reject(new Error('ah')), 100); return stream; });",
      /the bad connection for load with .* was lost \(ah\)/,
    ],
    [
      'throws where it accepts',
      'createServer(accept)',
      "createServer(() => { throw new Error('go away'); })",
      /no bad connection with the key of this test reached the server/,
    ],
    [
      'accepts what is no stream',
      'createServer(accept)',
      'createServer(() => accept({}))',
      /no bad connection with the key of this test reached the server/,
    ],
  ] as const)('%s ends no program', { timeout: 30_000 }, async ([, from, to, expected], { expect, onTestFinished }) => {
    const code = plain.replace("'plain'", "'bad'").replace(from, to);
    const path = await moduleFile(onTestFinished, 'bad.mjs', code);
    const { port, process: server } = await startWperfServer(onTestFinished, ['--proto', path]);
    const run = (...more: string[]) => runWperf(['-c', `127.0.0.1:${port}`, '-t', '1', ...more]);
    const { exitCode, stderr } = await run('--proto', path);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toContain('    at ');
    expect(exitCode).not.toBe(0);
    expect((await run()).exitCode).toBe(0);
    expect(server.stderr).not.toContain('    at ');
  });

  const beginning = async (from: string, to: string) => {
    const code = plain.replace("'plain'", "'bad'").replace(from, to);
    const path = await moduleFile(onTestFinished, 'bad.mjs', code);
    return startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, modules: [path] });
  };

  test.each([
    ['throws', 'createServer(accept)', "createServer(accept).emit('no')", ''],
    ['never listens', "once(server, 'listening')", 'new Promise(() => {})', 'it took longer than 5 s'],
    ['names no port', 'server.address().port', '70_000', 'listen gave the port 70000'],
  ])('%s keeps the server from starting, which says why', { timeout: 15_000 }, async (_what, from, to, why) => {
    await expect(beginning(from, to)).rejects.toMatchObject({
      code: 'listen-failure',
      message: expect.stringContaining(`bad cannot listen: ${why}`),
    });
  });

  test.each([
    ['throws', "{ throw new Error('no'); }"],
    ['never ends', 'new Promise(() => {})'],
  ])('%s as it closes keeps no server from closing', { timeout: 15_000 }, async (_what, to) => {
    const server = await beginning('void server.close()', to);
    await server.close();
  });
});

test('what is not the doing of a module is left to the program around, where that hears of it', async () => {
  const path = await moduleFile(onTestFinished, 'plain.mjs');
  const code = `
    import { loadModule } from '../../src/transport/own/module.js';
    process.on('uncaughtException', ({ message }) => console.log(message));
    void loadModule(${JSON.stringify(path)}).then(() => {
      setTimeout(() => console.log('goes on'), 20);
      throw new Error('a fault of its own');
    });`;
  const finished = await run([process.execPath, await bundled(onTestFinished, code)]);
  expect(finished).toMatchObject({ exitCode: 0, stdout: 'a fault of its own\ngoes on\n', stderr: '' });
});

test('a server loads none that its own command line did not name', async () => {
  const path = await moduleFile(onTestFinished, 'plain.mjs');
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  onTestFinished(() => server.close());
  const { error } = await collect(
    runClientPlan(clientPlan(server.address.port, { proto: { name: path, settings: {} } })),
  );
  expect(error).toContain('the server offers no --proto plain, but ws, tcp');
});
