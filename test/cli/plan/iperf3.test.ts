/** `--iperf3` on a command line, and what does not go with it. */
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/cli/plan/command.js';
import type { Surroundings } from '../../../src/cli/plan/surroundings.js';
import { runClient } from '../../../src/library.js';

const pem = '-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n';

function planOf(words: string, outside: Partial<Surroundings> = {}) {
  const surroundings = { env: {}, readFile: () => pem, proxyFor: () => undefined, ...outside };
  const command = parseCommand(words.split(' '), surroundings);
  if (command.command !== 'client') throw new Error(command.command);
  return command.plan;
}

describe('a test against iperf3', () => {
  it('goes to its port, and has the flags of all others', () => {
    expect(planOf('-c h --iperf3 -R -P 2 -t 5')).toMatchObject({
      target: { host: 'h', port: 5201 },
      iperf3: {},
      direction: 'down',
      streams: 2,
    });
    expect(planOf('-c h:99 --iperf3')).toMatchObject({ target: { port: 99 } });
    expect(planOf('-c h:99 --iperf3 -p 98 --retry 5')).toMatchObject({
      target: { port: 98 },
      iperf3: { retrySeconds: 5 },
    });
    expect(planOf('-c h --iperf3 --repeating-payload')).toMatchObject({ iperf3: { repeatingPayload: true } });
    expect(() => planOf('-c h --repeating-payload')).toThrow('--repeating-payload needs --iperf3');
    expect(planOf('-c h')).not.toHaveProperty('iperf3');
  });

  it('has a login of flags and environment', () => {
    const words = '-c h --iperf3 --username mario --rsa-public-key-path key.pem';
    const login = { username: 'mario', publicKey: pem };
    expect(planOf(words, { env: { IPERF3_PASSWORD: 'rossi' } }).iperf3?.login).toEqual({ ...login, password: 'rossi' });
    expect(planOf(words).iperf3?.login).toEqual({ ...login, password: '' });
    expect(() => planOf(words, { readFile: () => 'x' })).toThrow('holds no public key');
  });

  it.each([
    ['-c ws://h --iperf3', 'is a URL, and iperf3 has none'],
    ['-c wss://h --iperf3', 'is a URL, and iperf3 has none'],
    ['-c h --iperf3 --proto udp', '--iperf3 and --proto exclude each other'],
    ['-c h --iperf3 --token x', '--iperf3 and --token exclude each other'],
    ['-c h --iperf3 --sim-loss 1', '--iperf3 and --sim-loss exclude each other'],
    ['-c h --iperf3 --ping', '--ping and --iperf3 exclude each other'],
    ['--loopback --iperf3', '--loopback and --iperf3 exclude each other'],
    ['-c h --iperf3 -O 0.5', 'leaves out whole seconds'],
    ['-c h --iperf3 -u -C cubic', 'is for TCP'],
    ['-c h --iperf3 --bidir --cport 65535', 'leaves no ports for 2 connections'],
    ['-c h --iperf3 -u --proxy http://p:1', 'passes no proxy'],
    ['-c h --iperf3 --sctp', 'wperf has no --sctp'],
    ['-c h --username x', '--username needs --iperf3'],
    ['-c h --iperf3 --username x', '--username needs --rsa-public-key-path'],
    ['-c h --retry 5', '--retry needs --iperf3'],
  ])('refuses %s', (words, text) => {
    expect(() => planOf(words)).toThrow(text);
  });

  it('is checked for programs too', () => {
    expect(() => runClient({ host: 'h', iperf3: {}, omitSeconds: 0.5 })).toThrow('omitSeconds');
    expect(() => runClient({ host: 'h', iperf3: {}, proto: { name: 'tcp', settings: {} } })).toThrow(
      'iperf3 and proto',
    );
  });
});
