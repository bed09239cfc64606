import { describe, expect, it } from '@jest/globals';
import { FILE, faultsOf, soundBut } from './sound-file.js';

describe('faulty settings', () => {
  it.each<[what: string, line: number, text: string, fault: string]>([
    [
      'a workspace without a share',
      7,
      'workspaces: { a: { weight: 0 } }',
      '7:28  workspaces.a.weight: is 0; write a number above 0',
    ],
    [
      'an unknown way without Redis',
      7,
      'without_redis: splitt',
      '7:16  without_redis: is "splitt"; did you mean split?',
    ],
    ['no way without Redis', 7, 'without_redis: []', '7:1  without_redis: is a list; write strict or split or open'],
    [
      'a batch setting misspelt',
      7,
      'batches: { max_opn: 1 }',
      '7:12  batches.max_opn: is not a name known here; did you mean max_open?',
    ],
    ['no open batch', 7, 'batches: { max_open: 0 }', '7:22  batches.max_open: is 0; write a whole number above 0'],
    [
      'batches that outlive a day',
      7,
      'batches: { expires: 25h }',
      '7:21  batches.expires: is "25h"; write a duration from 1m to 24h',
    ],
    [
      'a share of everything',
      7,
      'batches: { interactive_share: 1 }',
      '7:31  batches.interactive_share: is 1; write a number from 0 to 0.95',
    ],
    [
      'results that vanish before the end',
      7,
      'batches: { archive_after: 2h }',
      '7:27  batches.archive_after: is shorter than expires, so results would be dropped unread; write more',
    ],
    [
      'a signing secret of an odd form',
      7,
      'webhooks: { signing_secret: whsec_not-base64 }',
      '7:29  webhooks.signing_secret: is not a signing secret; write whsec_ and the base64 of 24 to 64 random bytes',
    ],
    [
      'a short signing secret',
      7,
      'webhooks: { signing_secret: whsec_c2hvcnQ= }',
      '7:29  webhooks.signing_secret: holds 5 bytes; write whsec_',
    ],
    [
      'a signing secret that can be guessed',
      7,
      `webhooks: { signing_secret: "whsec_${Buffer.alloc(32, 'abc').toString('base64')}" }`,
      '7:29  webhooks.signing_secret: can be guessed; write whsec_',
    ],
    [
      'a previous signing secret alone',
      7,
      'webhooks: { previous_signing_secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw }',
      '7:38  webhooks.previous_signing_secret: has no signing_secret after it',
    ],
    [
      'a previous signing secret of an odd form',
      7,
      'webhooks: { signing_secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, previous_signing_secret: old }',
      '7:94  webhooks.previous_signing_secret: is not a signing secret; write whsec_',
    ],
    [
      'a timeout without an end',
      7,
      'webhooks: { timeout: 0s }',
      '7:22  webhooks.timeout: is "0s"; write a duration above 0',
    ],
  ])('with %s are refused by place and cure', (_, line, text, fault) => {
    expect(faultsOf(soundBut({ [line]: text }))).toEqual([expect.stringContaining(`${FILE}:${fault}`)]);
  });
});
