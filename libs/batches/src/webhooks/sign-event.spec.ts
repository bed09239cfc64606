import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { Work } from '../work.js';
import { endedEvent } from './ended-event.js';
import { signEvent } from './sign-event.js';

const secret = () => `whsec_${randomBytes(32).toString('base64')}`;

const work: Work = {
  id: 'msgbatch_01abc',
  kind: 'batch',
  workspace: 'default',
  priority: 'normal',
  status: 'ended',
  lines: 100_000,
  counts: { succeeded: 99_990, errored: 7, canceled: 0, expired: 3 },
  createdAt: Date.parse('2026-11-01T00:00:00Z'),
  expiresAt: Date.parse('2026-11-02T00:00:00Z'),
  startedAt: undefined,
  cancelInitiatedAt: undefined,
  endedAt: Date.parse('2026-11-01T01:02:03.004Z'),
  archivedAt: undefined,
  duplicateCalls: 0,
  usage: {},
};

const job: Work = {
  ...work,
  id: 'msgjob_01abc',
  kind: 'job',
  lines: 1,
  counts: { ...work.counts, succeeded: 0, errored: 1, expired: 0 },
};

describe('a webhook', () => {
  it('tells of an ended batch how it ended', () => {
    const { id, body } = endedEvent(work);

    expect(id).toBe('msgbatch_01abc_ended');
    expect(JSON.parse(body)).toEqual({
      type: 'message_batch.ended',
      timestamp: '2026-11-01T01:02:03.004Z',
      data: {
        id: 'msgbatch_01abc',
        type: 'message_batch',
        processing_status: 'ended',
        request_counts: { processing: 0, succeeded: 99_990, errored: 7, canceled: 0, expired: 3 },
        created_at: '2026-11-01T00:00:00.000Z',
        expires_at: '2026-11-02T00:00:00.000Z',
        ended_at: '2026-11-01T01:02:03.004Z',
        cancel_initiated_at: null,
      },
    });
  });

  it('tells of an ended job which kind of result it has', () => {
    expect(JSON.parse(endedEvent(job).body)).toMatchObject({
      type: 'message_job.ended',
      data: { id: 'msgjob_01abc', status: 'ended', result: { type: 'errored' } },
    });
  });

  it('is accepted by the official verifier, and not with a byte changed', () => {
    const event = endedEvent(work);
    const key = secret();
    const headers = signEvent(event, [key], Date.now());
    const verifier = new Webhook(key);

    expect(verifier.verify(event.body, headers)).toEqual(JSON.parse(event.body));
    expect(() => verifier.verify(event.body.replace('99990', '99991'), headers)).toThrow('No matching signature');
    expect(() => verifier.verify(event.body, { ...headers, 'webhook-id': 'other' })).toThrow('No matching signature');
  });

  it('cannot be sent again after five minutes', () => {
    const event = endedEvent(work);
    const key = secret();

    expect(() => new Webhook(key).verify(event.body, signEvent(event, [key], Date.now() - 301_000))).toThrow('too old');
  });

  it('is accepted with either secret while one replaces the other', () => {
    const event = endedEvent(work);
    const [older, newer] = [secret(), secret()];
    const headers = signEvent(event, [newer, older], Date.now());

    for (const key of [older, newer]) expect(() => new Webhook(key).verify(event.body, headers)).not.toThrow();
    expect(() => new Webhook(secret()).verify(event.body, headers)).toThrow('No matching signature');
  });
});
