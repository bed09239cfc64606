import { describe, expect, it } from '@jest/globals';
import { onAbort } from './on-abort.js';

describe('listening to a signal that many listen to', () => {
  it('tells everybody, but who has left', () => {
    const controller = new AbortController();
    const told: string[] = [];
    onAbort(controller.signal, () => told.push('first'));
    const leave = onAbort(controller.signal, () => told.push('second'));
    onAbort(controller.signal, () => told.push('third'));
    leave();
    controller.abort();
    expect(told).toEqual(['first', 'third']);
  });

  it('keeps signals apart', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const told: string[] = [];
    onAbort(one.signal, () => told.push('one'));
    onAbort(other.signal, () => told.push('other'));
    other.abort();
    expect(told).toEqual(['other']);
  });
});
