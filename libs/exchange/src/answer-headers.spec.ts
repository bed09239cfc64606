import { describe, expect, it } from '@jest/globals';
import type { Deployment } from '#core';
import { aDeployment } from '#testing';
import { answerHeaders } from './answer-headers.js';
import { recordOfOwnAnswer } from './attempt-record.js';
import type { Call } from './call.js';

const call = { requestId: 'req_1', receivedAt: 0, route: { deployments: [] as readonly Deployment[] } } as Call;

const attemptsOf = (...models: (string | undefined)[]): string | undefined => {
  const past = models.map((model) =>
    recordOfOwnAnswer({ ...aDeployment('up', 'm'), id: `up/main/${model ?? '*'}`, model }),
  );
  return answerHeaders(call, { past, current: undefined }, { now: 0, limits: 'shared' })['x-switchyard-attempts'];
};

describe('the list of attempts', () => {
  it('tells each deployment and how it went there', () => {
    expect(attemptsOf('claude', undefined)).toBe('up/main/claude=200, up/main/*=200');
  });

  it.each([
    ['meta/llama:8b', 'meta/llama:8b'],
    ['a, b=200', 'a%2C%20b%3D200'],
    ['modèle', 'mod%C3%A8le'],
    ['🦙', '%F0%9F%A6%99'],
    ['\ud800', '%EF%BF%BD'],
    ['a\r\nset-cookie: x', 'a%0D%0Aset-cookie:%20x'],
  ])('is a header whatever a model is called: %j', (model, expected) => {
    expect(attemptsOf(model)).toBe(`up/main/${expected}=200`);
  });
});
