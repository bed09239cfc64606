import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { demoKey } from './demo-key.js';

describe('the key of the demonstration', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-demo-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('stays the same from start to start, and is read by its owner only', async () => {
    const data = join(folder, 'data');
    const key = await demoKey(data);

    expect(key).toMatch(/^sk-demo-[\w-]{32}$/);
    expect(await demoKey(data)).toBe(key);
    expect((await stat(join(data, 'demo-key'))).mode & 0o777).toBe(0o600);
  });

  it('is made anew when the file holds something else', async () => {
    await writeFile(join(folder, 'demo-key'), 'x');

    expect(await demoKey(folder)).toMatch(/^sk-demo-/);
  });
});
