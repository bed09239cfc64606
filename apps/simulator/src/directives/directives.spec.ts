import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { DirectiveReader } from './asked.js';
import { DIRECTIVE_NAMES, DirectiveError, parseDirectives, withoutFaults } from './directives.js';
import { Occurrences } from './occurrences.js';

describe('the directive grammar', () => {
  it('reads names with and without values', () => {
    expect(parseDirectives('status=529; retry-after=2 ;times=1;crlf')).toEqual({
      status: 529,
      'retry-after': '2',
      times: 1,
      crlf: true,
    });
  });

  it('reads nothing as no directives', () => {
    expect(parseDirectives('')).toEqual({});
    expect(parseDirectives(' ; ;')).toEqual({});
  });

  it.each([
    ['cut=120', { unit: 'bytes', count: 120 }],
    ['cut=3e', { unit: 'events', count: 3 }],
    ['cut', { unit: 'head', count: 0 }],
  ])('reads the position in %s', (text, position) => {
    expect(parseDirectives(text).cut).toEqual(position);
  });

  it('gives a number alone the unit that is usual for the fault', () => {
    expect(parseDirectives('stall=4').stall).toEqual({ unit: 'events', count: 4 });
    expect(parseDirectives('stall=4b').stall).toEqual({ unit: 'bytes', count: 4 });
  });

  it('decodes percent-encoded values', () => {
    expect(parseDirectives('text=a%3Bb%20%F0%9F%9A%82').text).toBe('a;b 🚂');
  });

  it('collects headers, and lets the later of two others hold', () => {
    expect(parseDirectives('header=x-a:1;header=X-B: 2;tokens=1;tokens=2')).toEqual({
      header: [
        ['x-a', '1'],
        ['x-b', '2'],
      ],
      tokens: 2,
    });
  });

  it.each([
    ['nonsense', /no directive "nonsense"; there are .*status/],
    ['status=often', /status takes a whole number/],
    ['crlf=1', /crlf takes no value/],
    ['body=xml', /body takes one of html, error/],
    ['end', /end takes a position/],
    ['cut=-1', /cut takes no value, or a position/],
    ['header=novalue', /header takes name:value/],
    ['text=%zz', /not percent-encoded/],
    ['constructor=1', /no directive "constructor"/],
  ])('refuses %s and says why', (text, complaint) => {
    expect(() => parseDirectives(text)).toThrow(DirectiveError);
    expect(() => parseDirectives(text)).toThrow(complaint);
  });

  it('has every directive on its reference page', () => {
    const page = readFileSync('docs/reference/simulator.md', 'utf8');

    expect(DIRECTIVE_NAMES.filter((name) => !page.includes(`| \`${name}`))).toEqual([]);
  });
});

describe('the sources of directives', () => {
  it('lets the header override the model, the model the credential, the credential the behaviour', () => {
    const reader = new DirectiveReader();

    const { directives } = reader.read({
      behaviour: 'tokens=1;gap=1;chunk=1;seed=1',
      credential: 'key@gap=2;chunk=2;seed=2',
      model: 'sim@chunk=3;seed=3',
      header: 'seed=4',
    });

    expect(directives).toEqual({ tokens: 1, gap: 2, chunk: 3, seed: 4 });
  });

  it('finds none in names without an @', () => {
    expect(new DirectiveReader().read({ behaviour: '', credential: 'k', model: null, header: undefined })).toEqual({
      text: '',
      directives: {},
    });
  });
});

describe('how often a fault strikes', () => {
  const asked = (text: string) => ({ text, directives: parseDirectives(text) });

  it('strikes the first calls only, and leaves what is no fault', () => {
    const occurrences = new Occurrences();
    const twice = asked('status=500;tokens=7;times=2');

    const seen = [1, 2, 3, 4].map(() => occurrences.next(twice));

    expect(seen.map(({ status }) => status)).toEqual([500, 500, undefined, undefined]);
    expect(seen.map(({ tokens }) => tokens)).toEqual([7, 7, 7, 7]);
  });

  it('strikes every third call', () => {
    const occurrences = new Occurrences();
    const third = asked('status=500;every=3');

    const seen = [1, 2, 3, 4, 5, 6].map(() => occurrences.next(third).status);

    expect(seen).toEqual([undefined, undefined, 500, undefined, undefined, 500]);
  });

  it('counts apart what is labelled apart', () => {
    const occurrences = new Occurrences();
    occurrences.next(asked('status=500;times=1;label=a'));

    expect(occurrences.next(asked('status=500;times=1;label=b')).status).toBe(500);
    expect(occurrences.next(asked('status=500;times=1;label=a')).status).toBeUndefined();
  });

  it('counts content and pace as no faults', () => {
    expect(withoutFaults(parseDirectives('status=500;cut=1;gap=5;text=hi;gzip'))).toEqual({
      gap: 5,
      text: 'hi',
      gzip: true,
    });
  });
});
