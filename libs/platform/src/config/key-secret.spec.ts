import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keySecret } from './key-secret.js';

describe('the secret of a key', () => {
  let folder: string;
  let file: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-keys-'));
    file = join(folder, 'switchyard.yaml');
    await writeFile(file, 'keys: [ { name: ci, secret: "${CI_KEY}" }, { name: other, secret: written-here } ]\n');
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('is what the file says, with the environment filled in', async () => {
    expect(await keySecret(file, 'ci', { CI_KEY: 'from-outside' })).toBe('from-outside');
    expect(await keySecret(file, 'other', {})).toBe('written-here');
  });

  it('is unknown where it has no key, or no value', async () => {
    expect(await keySecret(file, 'nobody', {})).toBeUndefined();
    expect(await keySecret(file, 'ci', {})).toBeUndefined();
  });
});
