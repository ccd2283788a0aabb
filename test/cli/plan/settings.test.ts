/** The configuration file beneath the command line. */
import { describe, expect, test } from 'vitest';
import { parseCommand } from '../../../src/cli/plan/command.js';
import type { Surroundings } from '../../../src/cli/plan/surroundings.js';
import { WperfError } from '../../../src/errors.js';

const usual = '/home/u/.config/wperf/config.json';

function outsideOf(files: Record<string, string>, env: Record<string, string> = {}): Surroundings {
  return {
    env: { HOME: '/home/u', ...env },
    readFile(path) {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
      return text;
    },
    proxyFor: () => undefined,
  };
}

function parse(line: string, settings: object | string, env?: Record<string, string>, file = usual) {
  const text = typeof settings === 'string' ? settings : JSON.stringify(settings);
  return parseCommand(line.split(' '), outsideOf({ [file]: text }, env));
}

function refusal(line: string, settings: object | string, file?: string): string {
  try {
    parse(line, settings, {}, file);
  } catch (thrown) {
    if (thrown instanceof WperfError) return thrown.line;
  }
  throw new Error('it was not refused');
}

describe('settings', () => {
  test.each<[string, object, object]>([
    ['-c h', { time: 30 }, { seconds: 30 }],
    ['-c h', { time: '0.5', parallel: '4' }, { seconds: 0.5, streams: 4 }],
    ['-c h -t 3', { time: 30 }, { seconds: 3 }],
    ['-c h', { bandwidth: '10M' }, { bitsPerSecond: 10_000_000 }],
    ['-c h', { bitrate: 10 }, { bitsPerSecond: 10_000_000 }],
    ['-c h', { reverse: true, bidir: false }, { direction: 'down' }],
    ['-c h --bidir', { reverse: true }, { direction: 'bidir' }],
    ['-c h -R', { bidir: true }, { direction: 'down' }],
    [
      '-c h',
      { header: ['a: 1', 'b: 2'] },
      {
        headers: [
          ['a', '1'],
          ['b', '2'],
        ],
      },
    ],
    ['-c h', { header: 'a: 1' }, { headers: [['a', '1']] }],
    ['-V', { client: 'x' }, { target: { host: 'x', port: 8765, secure: false, path: '/' } }],
    ['-c h', { client: 'x' }, { target: { host: 'h', port: 8765, secure: false, path: '/' } }],
    ['-c h', { server: true }, { target: { host: 'h', port: 8765, secure: false, path: '/' } }],
    ['-c h', { 'tls-cert': 'c', path: '/p', host: '::' }, { streams: 1 }],
  ])('%s over %j', (line, settings, plan) => {
    expect(parse(line, settings)).toMatchObject({ command: 'client', plan });
  });

  test('serve other modes, as far as they say something there', () => {
    const settings = { parallel: 4, 'no-legacy': true, 'tr-max-hops': 9, 'ping-count': 3, ping: true };
    expect(parse('-s', settings)).toMatchObject({ command: 'server', plan: { noLegacy: true } });
    expect(parse('--traceroute h', settings)).toMatchObject({ command: 'traceroute', options: { maxHops: 9 } });
    expect(parse('-c h', settings)).toMatchObject({ command: 'ping', plan: { count: 3 } });
    expect(parse('-c h --reverse-traceroute', settings)).toMatchObject({ command: 'route-back' });
  });

  test('are of XDG_CONFIG_HOME where that is absolute', () => {
    const file = '/etc/xdg/wperf/config.json';
    expect(parse('-c h', { time: 30 }, { XDG_CONFIG_HOME: '/etc/xdg' }, file)).toMatchObject({ plan: { seconds: 30 } });
    expect(parse('-c h', { time: 30 }, { XDG_CONFIG_HOME: 'xdg' })).toMatchObject({ plan: { seconds: 30 } });
  });

  test('are left out with --no-config, and need no file', () => {
    expect(parse('-c h --no-config', 'rubbish')).toMatchObject({ plan: { seconds: 10 } });
    expect(parse('-c h', {}, { HOME: '/nowhere' })).toMatchObject({ plan: { seconds: 10 } });
    expect(parse('-c h', 'rubbish', { HOME: '' })).toMatchObject({ plan: { seconds: 10 } });
  });

  test('are of the file of --config, and of none beside it', () => {
    const files = { '/f.json': '{ "time": 7 }', [usual]: '{ "parallel": 4 }' };
    const command = parseCommand(['-c', 'h', '--config', '/f.json'], outsideOf(files));
    expect(command).toMatchObject({ plan: { seconds: 7, streams: 1 } });
  });

  test('give the token that the environment does not', () => {
    expect(parse('-s', { token: 'file' })).toMatchObject({ plan: { token: 'file' } });
    expect(parse('-s', { token: 'file' }, { WPERF_TOKEN: 'env' })).toMatchObject({ plan: { token: 'env' } });
    expect(parse('-s --token line', { token: 'file' })).toMatchObject({ plan: { token: 'line' } });
  });
});

describe('settings are refused', () => {
  test.each<[object | string, string]>([
    [
      '{ "time": 30',
      `${usual}:1:13: ',' or '}' should stand here, not the end of the file: write it as { "time": 30, "json": true }`,
    ],
    ['{\n  "paralel": 3 }', `${usual}:2:3: 'paralel' is not a long flag: did you mean "parallel"?`],
    ['{ "-t": 30 }', `${usual}:1:3: '-t' is not a long flag: did you mean "time"?`],
    ['{ "P": 3 }', `${usual}:1:3: 'P' is not a long flag: did you mean "parallel"?`],
    ['{ "4": true }', `${usual}:1:3: '4' is not a long flag: wperf --help all lists the flags`],
    ['{ "config": "x" }', `${usual}:1:3: "config" means nothing in a file: give --config on the command line`],
    ['{ "parallel": 500 }', `${usual}:1:3: "parallel" '500' is out of range: give 1 to 128`],
    ['{ "time": true }', `${usual}:1:3: "time" needs a value: give SECONDS`],
    ['{ "time": "" }', `${usual}:1:3: "time" needs a value: give SECONDS`],
    ['{ "time": [1] }', `${usual}:1:3: "time" is a list: give one value`],
    ['{ "reverse": 1 }', `${usual}:1:3: "reverse" is neither on nor off: give true or false`],
    ['{ "bitrate": 1,\n "bandwidth": 2 }', `${usual}:2:2: "bandwidth" is there twice: leave one of them`],
    [
      { reverse: true, bidir: true },
      `-R/--reverse and --bidir exclude each other ("reverse" and "bidir" are in ${usual}): give one of them`,
    ],
  ])('%j', (settings, line) => expect(refusal('-c h', settings)).toBe(line));

  test('where the command line names a file with what says nothing', () => {
    expect(refusal('-s --config /f', { parallel: 4 }, '/f')).toBe(
      '-P/--parallel is a client flag ("parallel" is in /f): use it with -c or --loopback',
    );
  });

  test('where the named file is not there', () => {
    expect(refusal('-s --config /f', {})).toBe(
      "--config '/f' cannot be read: no such file: name a file that you may read",
    );
  });

  test('where the file that wperf finds by itself is none to read', () => {
    const readFile = () => {
      throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
    };
    const outside = { ...outsideOf({}), readFile };
    expect(() => parseCommand(['-c', 'h'], outside)).toThrow(
      expect.objectContaining({
        line: `the configuration '${usual}' cannot be read: it is a directory: see to that file, or give --no-config`,
      }),
    );
    expect(parseCommand(['-c', 'h', '--no-config'], outside)).toMatchObject({ plan: { seconds: 10 } });
  });

  test('without a secret in the error', () => {
    expect(refusal('-c h', { proxy: 'ftp://user:secret@p' })).not.toContain('secret');
  });
});
