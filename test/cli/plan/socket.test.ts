import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/cli/plan/command.js';
import { WperfError } from '../../../src/errors.js';

function parse(line: string, proxy?: string) {
  const noFile = () => {
    throw new Error('no file');
  };
  return parseCommand(line.split(' '), { env: {}, readFile: noFile, proxyFor: () => proxy });
}

function errorOf(line: string, proxy?: string): string {
  try {
    parse(line, proxy);
  } catch (error) {
    if (error instanceof WperfError) return `${error.code} ${error.line}`;
    throw error;
  }
  return 'none';
}

describe('options of sockets', () => {
  it.each([
    ['-w 256K', { windowBytes: 262_144 }],
    ['--window 1M', { windowBytes: 1_048_576 }],
    ['-S 40', { tos: 40 }],
    ['--tos 0x28', { tos: 40 }],
    ['-S 050', { tos: 40 }],
    ['-S 0', { tos: 0 }],
    ['-S 255', { tos: 255 }],
    ['--dscp af11', { tos: 0x28 }],
    ['--dscp AF43', { tos: 0x98 }],
    ['--dscp ef', { tos: 0xb8 }],
    ['--dscp cs0', { tos: 0 }],
    ['--dscp cs7', { tos: 0xe0 }],
    ['--dscp le', { tos: 0x04 }],
    ['--dscp lowdelay', { tos: 0x10 }],
    ['--dscp 46', { tos: 0xb8 }],
    ['--dscp 0x2e', { tos: 0xb8 }],
    ['--dscp 63', { tos: 252 }],
    ['-M 1400', { mssBytes: 1400 }],
    ['--set-mss 88', { mssBytes: 88 }],
    ['-C bbr', { congestion: 'bbr' }],
    ['--linux-congestion reno', { congestion: 'reno' }],
    ['--cport 5000', { localPort: 5000 }],
    ['--cport 65408 -P 128', { localPort: 65_408 }],
    ['--bind-dev eth0', { device: 'eth0' }],
    ['--bind-dev eth0 -B 192.0.2.1%eth0', { device: 'eth0' }],
  ])('%s', (flags, socket) => expect(parse(`-c h ${flags}`)).toMatchObject({ plan: { socket } }));

  it.each([
    ['-B 192.0.2.1', '192.0.2.1', undefined],
    ['-B ::ffff:192.0.2.1', '192.0.2.1', undefined],
    ['-B 192.0.2.1%eth0', '192.0.2.1', { device: 'eth0', deviceOfBind: true }],
    ['-B [2001:db8::1]', '2001:db8::1', undefined],
    ['-B 2001:db8::1%eth0.7', '2001:db8::1', { device: 'eth0.7', deviceOfBind: true }],
    ['-B 192.0.2.1%eth0 --bind-dev eth0', '192.0.2.1', { device: 'eth0' }],
    ['-B fe80::1%eth0', 'fe80::1%eth0', undefined],
  ])('%s', (flags, bind, socket) => {
    const command = parse(`-c h ${flags}`);
    if (command.command !== 'client') throw new Error(command.command);
    expect(command.plan.bind).toBe(bind);
    expect(command.plan.socket).toEqual(socket);
  });

  it.each([
    ['--ping --dscp ef --cport 5000', 'ping'],
    ['--reverse-traceroute --cport 5000 --bind-dev eth0', 'route-back'],
  ])('%s', (flags, command) => expect(parse(`-c h ${flags}`)).toMatchObject({ command }));

  it.each([
    ['-c h -w 100', "usage -w/--window '100' is out of range: give 1K to 1G"],
    ['-c h -w x', "usage -w/--window 'x'"],
    ['-c h -S 256', "usage -S/--tos '256' is out of range: give 0 to 255"],
    ['-c h -S ef', "usage -S/--tos 'ef' is not a whole number: write it as 40, 0x28 or 050"],
    ['-c h -S 0x', "usage -S/--tos '0x' is not a whole number"],
    ['-c h --dscp 64', "usage --dscp '64' is out of range: give 0 to 63"],
    ['-c h --dscp af14', "usage --dscp 'af14' is not a known code point: give af11 to af43"],
    ['-c h --dscp ef -S 1', 'usage -S/--tos and --dscp exclude each other'],
    ['-c h -M 87', "usage -M/--set-mss '87' is out of range: give 88 to 32767"],
    ['-c h -C a/b', "usage -C/--congestion 'a/b' names no algorithm"],
    ['-c h -C 0123456789abcdef', "usage -C/--congestion '0123456789abcdef' names no algorithm"],
    ['-c h --cport 0', "usage --cport '0' is out of range: give 1 to 65535"],
    ['-c h --cport 65535 -P 2', 'usage --cport 65535 leaves no ports for 2 streams: give at most 65534'],
    ['-c h --bind-dev a/b', "usage --bind-dev 'a/b' names no network interface"],
    ['-c h -B 192.0.2.1%', "usage -B/--bind '192.0.2.1%' names no network interface"],
    ['-c h -B eth0', "usage -B/--bind 'eth0' is not an IP address"],
    ['-c h -B 192.0.2.1%eth0 --bind-dev eth1', 'usage -B/--bind is for eth0 and --bind-dev for eth1: name one'],
    ['-c h -4 -B 2001:db8::1%eth0', 'usage -4 is for IPv4 and -B/--bind for IPv6'],
    ['-c h -w 1M --sim-rcvbuf 1M', 'usage -w/--window and --sim-rcvbuf exclude each other'],
    ['-c h --ping -w 1M', 'usage --ping and -w/--window exclude each other'],
    ['-c h --ping -C reno', 'usage --ping and -C/--congestion exclude each other'],
    ['-c h --ping -M 1000', 'usage --ping and -M/--set-mss exclude each other'],
    ['-c h --reverse-traceroute -S 1', 'usage --reverse-traceroute and -S/--tos exclude each other'],
    ['-c h --both-traceroutes --cport 1', 'usage --both-traceroutes and --cport exclude each other'],
    ['-c h --both-traceroutes -B 192.0.2.1%eth0', 'usage -B/--bind 192.0.2.1%eth0 is no way for the route there'],
    ['--traceroute h -S 1', 'usage -S/--tos is a client flag: use it with -c or --loopback'],
    ['-s --cport 1', "usage --cport is a client flag: set a server's port with --port"],
    ['-s --bind-dev eth0', "usage --bind-dev is a client flag: set a server's address with --host"],
    ['-c h -C reno --proxy http://p', 'usage -C/--congestion is for one connection from end to end, and a proxy'],
  ])('%s', (line, rule) => expect(errorOf(line)).toContain(rule));

  it.each(['-w 1M', '-S 1', '--dscp ef', '-M 1000', '-C reno'])('%s through a proxy of the environment', (flag) => {
    expect(errorOf(`-c h ${flag}`, 'http://p:3128')).toContain(`${flag.split(' ')[0]}`);
    expect(errorOf(`-c h ${flag}`, 'http://p:3128')).toContain('HTTP_PROXY');
  });

  it('of this end alone go through a proxy', () => {
    expect(errorOf('-c h --cport 5000 --bind-dev eth0', 'http://p:3128')).toBe('none');
  });
});
