import { describe, expect, it } from '@jest/globals';
import { editEvent, isEditable } from './official-form.js';

describe('the official form of an event', () => {
  it.each(['message_start', 'content_block_start', 'message_delta'])('may have to be given to a %s', (type) => {
    expect(isEditable(type)).toBe(true);
  });

  it.each(['ping', 'message_stop', 'constructor', 'toString', '__proto__', 'valueOf'])('is what a %s has', (type) => {
    expect(isEditable(type)).toBe(false);
    expect(editEvent(type, Buffer.from(`{"type":"${type}"}`))).toEqual([]);
  });
});
