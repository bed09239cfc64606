import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readRequest } from './read-request.js';
import { lineLength, readLine, writeLine } from './request-line.js';

const customId = fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/);
const params = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 });
const space = fc.constantFrom(undefined, 2, '\r\n\t', '\r');

const rewritten = (text: string): string => {
  const buffer = Buffer.concat([Buffer.from('before'), Buffer.from(text), Buffer.alloc(1)]);
  const request = readRequest(buffer.subarray(6, -1), 0);
  const end = writeLine(request.customId, request.params, buffer, 6);
  expect(buffer.toString('utf8', 0, 6)).toBe('before');
  return buffer.toString('utf8', 6, end);
};

describe('the line of a request', () => {
  it('is the request itself when that is compact', () => {
    const text = '{"custom_id":"a","params":{"x": 1}}';

    expect(rewritten(text)).toBe(`${text}\n`);
  });

  it('has one line feed, its last byte, and touches nothing else', () => {
    const text = '{\r\n  "params": {\n    "x": "\\n",\r    "y": 1.0\n  },\n  "custom_id": "a"\n}';

    expect(rewritten(text)).toBe('{"custom_id":"a","params":{     "x": "\\n",     "y": 1.0   }}\n');
  });

  it('means what the request meant, in its own place, whatever the order: 3,000 requests', () => {
    const check = (id: string, value: object, indent: string | number | undefined, isIdFirst: boolean) => {
      const request = isIdFirst ? { custom_id: id, params: value } : { params: value, custom_id: id };

      const line = rewritten(JSON.stringify(request, null, indent));

      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(request)));
      expect(/[\r\n]/.exec(line)?.index).toBe(line.length - 1);
    };
    fc.assert(fc.property(customId, params, space, fc.boolean(), check), { numRuns: 3000 });
  });

  it('gives back its parts', () => {
    const target = Buffer.alloc(100);
    const end = writeLine('a-1', Buffer.from('{"x":"}"}'), target, 0);

    const { customId: id, params: bytes } = readLine(target.subarray(0, end));

    expect(end).toBe(lineLength('a-1', Buffer.from('{"x":"}"}')));
    expect(id).toBe('a-1');
    expect(bytes.toString()).toBe('{"x":"}"}');
    expect(readLine(target.subarray(0, end - 1)).params).toEqual(bytes);
  });
});
