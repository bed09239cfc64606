import { explainBlock } from './exclusion.js';
import type { DeploymentState } from './explanation.js';
import type { Target } from './target.js';

/** For a request of no size that somebody waits for. */
const ANY = { estimate: { inputTokens: 0, outputTokens: 0 }, urgency: 'interactive' } as const;

/** A deployment's live state in words and numbers. */
export const stateOf = (target: Target, routes: readonly string[], now: number): DeploymentState => {
  const { breaker, firstByte, headroom, inFlight, deployment } = target;
  const block = target.blocks(now, ANY);
  breaker.window.slide(now);
  return {
    deployment,
    wildcard: undefined,
    routes,
    breaker: {
      state: breaker.state(now),
      consecutiveFailures: breaker.consecutiveFailures,
      remainingMs: breaker.remainingMs(now),
    },
    window: { ok: breaker.window.ok, failed: breaker.window.failed },
    inFlight,
    firstByteMs: firstByte.read(now),
    slowStart: target.slowStart(now),
    excluded: block === undefined ? undefined : explainBlock(target, block, now, ANY),
    headroom: headroom.snapshot(now),
  };
};
