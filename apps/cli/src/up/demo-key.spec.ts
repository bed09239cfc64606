import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DEMO_ADMIN_KEY, DEMO_KEY, demoKey, keptDemoKey } from './demo-key.js';

describe('the key of the demonstration', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-demo-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('stays the same from start to start, and is read by its owner only', async () => {
    const data = join(folder, 'data');
    const key = await demoKey(data, DEMO_KEY);

    expect(key).toMatch(/^sk-demo-[\w-]{32}$/);
    expect(await demoKey(data, DEMO_KEY)).toBe(key);
    expect((await stat(join(data, 'demo-key'))).mode & 0o777).toBe(0o600);
  });

  it('is made anew when the file holds something else', async () => {
    await writeFile(join(folder, 'demo-key'), 'x');

    expect(await demoKey(folder, DEMO_KEY)).toMatch(/^sk-demo-/);
  });

  it('is another for calls than for the administration', async () => {
    const admin = await demoKey(folder, DEMO_ADMIN_KEY);

    expect(admin).toMatch(/^sk-demo-admin-[\w-]{32}$/);
    expect(await keptDemoKey(folder, DEMO_KEY)).toBeUndefined();
    expect(await keptDemoKey(folder, DEMO_ADMIN_KEY)).toBe(admin);
    expect((await stat(join(folder, 'demo-admin-key'))).mode & 0o777).toBe(0o600);
  });
});
