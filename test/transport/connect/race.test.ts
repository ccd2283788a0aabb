import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { waits } from '../../../src/defaults/index.js';
import { addressesOf } from '../../../src/transport/connect/addresses.js';
import { AllFailed, type Attempt, race } from '../../../src/transport/connect/race.js';
import { FakeClock } from '../../support/fake-clock.js';

/** Attempts that end when the test says so. */
class Attempts {
  readonly begun: string[] = [];
  readonly aborted: string[] = [];
  readonly destroyed: string[] = [];
  readonly #endings = new Map<string, { win: () => void; fail: (code: string) => void }>();

  readonly start: Attempt = (address, signal) => {
    this.begun.push(address);
    const destroy = () => this.destroyed.push(address);
    const socket = Object.assign(new EventEmitter(), { address, destroy }) as unknown as Socket;
    return new Promise((resolve, reject) => {
      this.#endings.set(address, {
        win: () => resolve(socket),
        fail: (code) => reject(Object.assign(new Error(code), { code })),
      });
      signal.addEventListener('abort', () => {
        this.aborted.push(address);
        reject(signal.reason);
      });
    });
  };

  async win(address: string): Promise<void> {
    this.#endings.get(address)?.win();
    await settled();
  }

  async fail(address: string): Promise<void> {
    this.#endings.get(address)?.fail('ECONNREFUSED');
    await settled();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

function raceOf(...addresses: string[]) {
  const [clock, attempts, stop] = [new FakeClock(), new Attempts(), new AbortController()];
  const outcome = race(addresses, attempts.start, clock, stop.signal).then(
    (socket) => (socket as unknown as { address: string }).address,
    (error: unknown) => error,
  );
  return { clock, attempts, stop, outcome };
}

describe('race', () => {
  it('tries the next address after the delay, and gives none up', async () => {
    const { clock, attempts, outcome } = raceOf('a', 'b', 'c');
    clock.advance(waits.nextAddressSeconds * 0.99);
    expect(attempts.begun).toEqual(['a']);
    clock.advance(waits.nextAddressSeconds * 0.02);
    expect(attempts.begun).toEqual(['a', 'b']);
    clock.advance(100);
    expect(attempts.begun).toEqual(['a', 'b', 'c']);
    expect(attempts.aborted).toEqual([]);
    await attempts.win('a');
    expect(await outcome).toBe('a');
    expect(attempts.aborted).toEqual(['a', 'b', 'c']);
    expect(clock.pending).toBe(0);
  });

  it('tries the next at once when one has failed', async () => {
    const { clock, attempts, outcome } = raceOf('a', 'b');
    await attempts.fail('a');
    expect(attempts.begun).toEqual(['a', 'b']);
    await attempts.win('b');
    expect(await outcome).toBe('b');
    expect(clock.pending).toBe(0);
  });

  it('begins no more once one has won, and closes one that comes second', async () => {
    const { clock, attempts, outcome } = raceOf('a', 'b', 'c');
    clock.advance(waits.nextAddressSeconds);
    void attempts.win('b');
    await attempts.win('a');
    clock.advance(100);
    expect(await outcome).toBe('b');
    expect(attempts.begun).toEqual(['a', 'b']);
    expect(attempts.destroyed).toEqual(['a']);
  });

  it('fails when all have, and tells each', async () => {
    const { attempts, outcome } = raceOf('a', 'b');
    await attempts.fail('a');
    await attempts.fail('b');
    const error = await outcome;
    expect(error).toBeInstanceOf(AllFailed);
    expect((error as AllFailed).failures.map(({ address }) => address)).toEqual(['a', 'b']);
  });

  it('ends with its signal, and begins no more', async () => {
    const { clock, attempts, stop, outcome } = raceOf('a', 'b', 'c');
    clock.advance(waits.nextAddressSeconds);
    stop.abort(new Error('late'));
    expect(((await outcome) as AllFailed).failures).toMatchObject([
      { address: 'a', error: { message: 'late' } },
      { address: 'b', error: { message: 'late' } },
    ]);
    expect(attempts.begun).toEqual(['a', 'b']);
    expect(clock.pending).toBe(0);
  });

  it('of no addresses fails', async () => {
    expect(await raceOf().outcome).toBeInstanceOf(AllFailed);
  });
});

describe('addressesOf', () => {
  const never = new AbortController().signal;
  const ofName = (...found: string[]) => addressesOf('x.example', undefined, async () => found, never);

  it('takes the families in turn, the first one first', async () => {
    expect(await ofName('::1', '::2', '::3', '192.0.2.1')).toEqual(['::1', '192.0.2.1', '::2', '::3']);
    expect(await ofName('192.0.2.1', '192.0.2.2', '::1')).toEqual(['192.0.2.1', '::1', '192.0.2.2']);
    expect(await ofName('192.0.2.1', '192.0.2.1')).toEqual(['192.0.2.1']);
    expect(await ofName()).toEqual([]);
  });

  it('tries a bounded number', async () => {
    expect(await ofName(...Array.from({ length: 200 }, (_, i) => `192.0.2.${i}`))).toHaveLength(16);
  });

  it('asks nobody about an address', async () => {
    const asked = () => Promise.reject(new Error('asked'));
    expect(await addressesOf('fe80::1%eth0', undefined, asked, never)).toEqual(['fe80::1%eth0']);
  });
});
