import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { STATUS_OF } from '#core';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true }).map((name) => join('docs', String(name))),
].filter((name) => name.endsWith('.md'));

/** Relative links of a page, without their anchors. */
const linksOf = (page: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)\s#]+)/g)].map(([, target]) => target ?? '');

describe('the documentation', () => {
  it.each(pages)('%s links to files that exist', (page) => {
    const gone = linksOf(page).filter((target) => !existsSync(resolve(dirname(page), target)));
    expect(gone).toEqual([]);
  });

  it('names every error type with its status', () => {
    const table = readFileSync('docs/reference/errors.md', 'utf8');
    const documented = [...table.matchAll(/^\| `(\w+)` \| (\d+) /gm)].map(([, type, status]) => [type, Number(status)]);
    expect(Object.fromEntries(documented)).toEqual(STATUS_OF);
  });
});
