import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Environment } from './environment-reference.js';
import { parseConfig } from './parse-config.js';
import { configOf, soundBut } from './sound-file.js';

const read = (file: string): string => readFileSync(resolve(file), 'utf8');

/** The YAML in a page. */
const blocksOf = (page: string): string[] =>
  [...read(page).matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text ?? '');

/** Sets whatever the text asks the environment for. */
const everything = (text: string): Environment =>
  Object.fromEntries(
    [...text.matchAll(/\$\{(\w+)(?::-)?\}/g)].map(([, name]) => [name, `value-of-${name}-long-enough`]),
  );

const problemsOf = (file: string, text: string, env: Environment) => {
  const { config, faults } = parseConfig(text, { file, env, now: Date.parse('2026-11-22') });
  return [...(faults ?? []), ...(config?.warnings ?? [])].map(({ line, path }) => `${line} ${path}`);
};

describe('an example', () => {
  it('for the simulator needs nothing, and gives no cause for a warning', () => {
    expect(problemsOf('simulator.yaml', read('examples/simulator.yaml'), {})).toEqual([]);
  });

  it('to begin with needs its three secrets', () => {
    const text = read('examples/switchyard.yaml');

    expect(problemsOf('switchyard.yaml', text, {})).toEqual([
      expect.stringMatching(/ providers\.anthropic-a\.credentials\.0\.api_key$/),
      expect.stringMatching(/ providers\.deepseek\.credentials\.0\.api_key$/),
      expect.stringMatching(/ keys\.0\.secret$/),
    ]);
    expect(parseConfig(text, { file: 'switchyard.yaml', env: everything(text) }).config).toBeDefined();
  });

  it('in the reference is sound as a whole', () => {
    const [whole = ''] = blocksOf('docs/reference/configuration.md');

    const env = { ...everything(whole), WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };

    expect(problemsOf('configuration.md', whole, env)).toEqual([
      '36 workspaces.research.limits',
      '36 workspaces.research.budget',
    ]);
  });

  it('in the reference is sound in part', () => {
    const parts = blocksOf('docs/reference/configuration.md').slice(1);

    expect(parts.map((part) => configOf(soundBut({ 7: part }), everything(part)).redis.kind)).toEqual([
      'sentinel',
      'cluster',
    ]);
  });
});
