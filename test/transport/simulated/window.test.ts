import { describe, expect, it } from 'vitest';
import { Window } from '../../../src/transport/simulated/window.js';

const KIB = 1024;

describe('what may be under way', () => {
  it('begins with a little, and is twice what the connection takes in the length of the path', () => {
    const window = new Window(0.1, 0);
    expect(window.bytes).toBe(64 * KIB);
    window.took(50 * KIB, 10, 10.01);
    expect(window.bytes).toBe(164 * KIB);
    window.took(150 * KIB, 10.01, 10.09);
    expect(window.bytes).toBe(464 * KIB);
    window.took(200 * KIB, 10.09, 10.1);
    expect(window.bytes).toBe(864 * KIB);
  });

  it('shrinks when the connection takes less', () => {
    const window = new Window(0.125, 0);
    window.took(1000 * KIB, 10, 10.125);
    window.took(10 * KIB, 10.125, 10.2);
    expect(window.bytes).toBe(2064 * KIB);
    window.took(10 * KIB, 10.2, 10.25);
    expect(window.bytes).toBe(104 * KIB);
  });

  it('knows a connection that takes longer for one batch than the path is long', () => {
    const window = new Window(0.125, 0);
    window.took(1000 * KIB, 10, 11);
    expect(window.bytes).toBe(314 * KIB);
  });

  it('lets a sender at a rate through from the first moment, until the connection shows less', () => {
    const window = new Window(0.5, 1000 * KIB);
    expect(window.bytes).toBe(1064 * KIB);
    window.took(20 * KIB, 10, 10.1);
    expect(window.bytes).toBe(1064 * KIB);
    window.took(20 * KIB, 10.1, 10.5);
    expect(window.bytes).toBe(144 * KIB);
  });

  it('is not measured over less than the timers can tell', () => {
    const window = new Window(0, 0);
    window.took(100 * KIB, 10, 10.001);
    window.took(100 * KIB, 10.001, 10.009);
    expect(window.bytes).toBe(464 * KIB);
  });
});
