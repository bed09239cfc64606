import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { findMember, forEachElement } from './json-children.js';
import { applyEdits, memberRemovals, moveEdits, Removals, replaceValue } from './json-edit.js';
import { scanTopLevel } from './json-scan.js';

const scanned = (text: string) => {
  const body = Buffer.from(text);
  return { body, scan: scanTopLevel(body, { maxDepth: 8 }) };
};

const without = (text: string, key: string): string => {
  const { body, scan } = scanned(text);
  return applyEdits(
    body,
    memberRemovals(scan, (member) => member.key === key),
  ).toString();
};

describe('an edit of a JSON text', () => {
  it('replaces one value and no other byte', () => {
    const { body, scan } = scanned('{ "a":1.0, "model" : "x" ,"a":"\\ud800"}');
    const model = scan.last('model');

    expect(model && applyEdits(body, [replaceValue(model, Buffer.from('"longer"'))]).toString()).toBe(
      '{ "a":1.0, "model" : "longer" ,"a":"\\ud800"}',
    );
  });

  it('makes several edits, in whatever order they are given', () => {
    const edits = [
      { start: 4, end: 5, bytes: Buffer.from('FIVE') },
      { start: 0, end: 1, bytes: Buffer.alloc(0) },
      { start: 2, end: 3, bytes: Buffer.from('-') },
      { start: 2, end: 2, bytes: Buffer.from('+') },
    ];

    expect(applyEdits(Buffer.from('123456'), edits).toString()).toBe('2+-4FIVE6');
  });

  it.each([
    ['{"a":1,"x":2,"b":3}', '{"a":1,"b":3}'],
    ['{ "x" : 2 , "b" : 3 }', '{ "b" : 3 }'],
    ['{ "a" : 1 , "x" : 2 }', '{ "a" : 1 }'],
    ['{ "x" : 2 }', '{  }'],
    ['{"x":1,"x":2}', '{}'],
    ['{"x":1,"x":2,"b":3,"x":4,"c":5,"x":6,"x":7}', '{"b":3,"c":5}'],
    ['{"a":1}', '{"a":1}'],
  ])('takes every "x" out of %s', (before, after) => {
    expect(without(before, 'x')).toBe(after);
  });

  it('leaves what JSON.parse and delete would leave', () => {
    const members = fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.jsonValue({ maxDepth: 1 })), { maxLength: 6 });
    fc.assert(
      fc.property(members, fc.constantFrom('', ' ', '\n'), (entries, space) => {
        const pairs = entries.map(([key, value]) => `${JSON.stringify(key)}${space}:${space}${JSON.stringify(value)}`);
        const text = `{${space}${pairs.join(`${space},${space}`)}${space}}`;
        const expected: Record<string, unknown> = JSON.parse(text);
        delete expected.x;

        expect(JSON.parse(without(text, 'x'))).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('moves from a part into the whole', () => {
    const edits = [{ start: 1, end: 2, bytes: Buffer.from('x') }];

    expect(applyEdits(Buffer.from('123456'), moveEdits(edits, 3)).toString()).toBe('1234x6');
  });

  it('takes elements out of an array below the top level', () => {
    const array = Buffer.from('[ {"type":"a"}, 2, {"n":[{"type":"b"}],"type":"b"} , "c" ]');
    const removals = new Removals();
    const types: unknown[] = [];

    forEachElement(array, (start, end) => {
      const element = array.subarray(start, end);
      const type = findMember(element, 'type');
      types.push(type && element.toString('utf8', type.valueStart, type.valueEnd));
      if (type) removals.drop(start, end);
      else removals.keep(start, end);
    });

    expect(types).toEqual(['"a"', undefined, '"b"', undefined]);
    expect(applyEdits(array, removals.edits).toString()).toBe('[ 2 , "c" ]');
  });
});
