import { describe, expect, it } from '@jest/globals';
import { ResultsTally } from './results-tally.js';

const errored = (id: string, type: string, message: string): string =>
  JSON.stringify({
    custom_id: id,
    result: { type: 'errored', error: { type: 'error', error: { type, message }, request_id: null } },
  });

const LINES = [
  '{"custom_id":"a","result":{"type":"succeeded","message":{"type":"message","content":[{"type":"errored"}]}}}',
  errored('b', 'invalid_request_error', 'max_tokens: Field required'),
  errored('c', 'invalid_request_error', 'another'),
  errored('d', 'overloaded_error', 'Overloaded'),
  '{"custom_id":"e","result":{"type":"canceled"}}',
  '{"custom_id":"f","result":{"type":"expired"}}',
];

const tallyOf = (text: string, pieceBytes = 11): ResultsTally => {
  const tally = new ResultsTally();
  const whole = Buffer.from(text);
  for (let at = 0; at < whole.length; at += pieceBytes) tally.push(whole.subarray(at, at + pieceBytes));
  tally.end();
  return tally;
};

const all = { processing: 0, succeeded: 1, errored: 3, canceled: 1, expired: 1 };

describe('results on their way to a file', () => {
  it.each(['', '\n'])('are counted by their kind, with the first error of each (end: %j)', (end) => {
    const tally = tallyOf(LINES.join('\n') + end);

    expect(tally).toMatchObject({ lines: 6, counts: { succeeded: 1, errored: 3, canceled: 1, expired: 1 } });
    expect(tally.missing(all)).toBeUndefined();
    expect(tally.errors).toEqual([
      { type: 'invalid_request_error', count: 2, customId: 'b', message: 'max_tokens: Field required' },
      { type: 'overloaded_error', count: 1, customId: 'd', message: 'Overloaded' },
    ]);
  });

  it('are missed when there are fewer than requests', () => {
    expect(tallyOf(LINES.slice(1).join('\n')).missing(all)).toBe('0 succeeded instead of 1');
  });

  it.each([
    ['{"custom_id":"a","result":{"type":"succ', 'Line 1 of the results is not valid JSON'],
    ['{"custom_id":"a","result":{"type":"constructor"}}', "Line 1 of the results is of an unknown kind, 'constructor'"],
    ['\n', 'Line 1 of the results is not valid JSON'],
  ])('are refused when they are none: %j', (text, message) => {
    expect(() => tallyOf(text)).toThrow(message);
  });
});
