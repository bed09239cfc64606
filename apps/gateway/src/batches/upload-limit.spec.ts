import { describe, expect, it } from '@jest/globals';
import { UploadLimit } from './upload-limit.js';

describe('uploads at once', () => {
  it('are limited for each workspace, so that others get in', () => {
    const limit = new UploadLimit();
    const leave = Array.from({ length: 4 }, () => limit.enter('a'));
    expect(() => limit.enter('a')).toThrow(expect.objectContaining({ status: 429, headers: { 'retry-after': '5' } }));
    limit.enter('b');
    leave[0]?.();
    limit.enter('a');
    expect(() => limit.enter('a')).toThrow(expect.objectContaining({ status: 429 }));
  });

  it('are limited for all together', () => {
    const limit = new UploadLimit();
    const leave = ['a', 'b', 'c', 'd'].flatMap((name) => [limit.enter(name), limit.enter(name)]);
    expect(() => limit.enter('e')).toThrow(expect.objectContaining({ status: 529, headers: { 'retry-after': '5' } }));
    leave[3]?.();
    limit.enter('e');
    expect(() => limit.enter('e')).toThrow(expect.objectContaining({ status: 529 }));
  });
});
