/** A socket that systemd hands over. */
import { describe, expect, test } from 'vitest';
import { parseCommand } from '../../../src/cli/plan/command.js';

function serverOf(line: string, env: Record<string, string>) {
  const outside = { env, pid: 42, readFile: () => '', proxyFor: () => undefined };
  return parseCommand(line.split(' '), outside);
}

describe('a socket of systemd', () => {
  test('is taken where it is for this process', () => {
    expect(serverOf('-s', { LISTEN_PID: '42', LISTEN_FDS: '1' })).toMatchObject({ plan: { descriptor: 3 } });
    expect(serverOf('-s', { LISTEN_PID: '41', LISTEN_FDS: '1' })).not.toHaveProperty('plan.descriptor');
    expect(serverOf('-s', { LISTEN_FDS: '1' })).not.toHaveProperty('plan.descriptor');
  });

  test.each([
    ['-s', '2', 'systemd hands over 2 sockets'],
    ['-s -p 1', '1', '-p/--port means nothing where systemd listens'],
    ['-s --host ::', '1', '--host means nothing where systemd listens'],
    ['-s -D', '1', '-D/--daemon means nothing where systemd listens'],
  ])('is refused: %s with %s', (line, count, message) => {
    expect(() => serverOf(line, { LISTEN_PID: '42', LISTEN_FDS: count })).toThrow(message);
  });
});
