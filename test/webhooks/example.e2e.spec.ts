import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';

const EXAMPLE = 'examples/webhook-receiver.mjs';

describe('the receiver of the guide', () => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  let receiver: ChildProcess;
  let said: AsyncIterator<string>;
  let port: string;

  const next = async (): Promise<string> => String((await said.next()).value);

  beforeEach(async () => {
    const child = spawn(process.execPath, [EXAMPLE], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, WEBHOOK_SECRET: secret, PORT: '0' },
    });
    receiver = child;
    said = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    port = (await next()).replace('listening on ', '');
  });

  afterEach(() => void receiver.kill('SIGKILL'));

  const post = async (id: string, sentAt: Date, body: string, sent = body): Promise<number> => {
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, sentAt, body),
    };
    return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: sent })).status;
  };

  it('is the one that is tested here', () => {
    expect(readFileSync('docs/guides/webhooks.md', 'utf8')).toContain(readFileSync(EXAMPLE, 'utf8'));
  });

  it('believes what is signed, once, and nothing that was changed or is old', async () => {
    const first = JSON.stringify({ type: 'message_job.ended', data: { id: 'msgjob_1' } });
    const second = first.replace('msgjob_1', 'msgjob_2');

    expect(await post('a', new Date(), first)).toBe(204);
    expect(await next()).toBe('message_job.ended msgjob_1');
    expect(await post('a', new Date(), first)).toBe(204);
    expect(await post('b', new Date(), first, second)).toBe(400);
    expect(await post('b', new Date(Date.now() - 301_000), second)).toBe(400);
    expect(await post('b', new Date(), second)).toBe(204);
    expect(await next()).toBe('message_job.ended msgjob_2');
  });
});
