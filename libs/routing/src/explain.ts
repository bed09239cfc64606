import { inOrderOfAffinity } from './affinity.js';
import { Candidates } from './candidates.js';
import type { Ask, RoutingPolicy } from './chooser.js';
import { explainBlock } from './exclusion.js';
import type { Exclusion, ExplainedDeployment, Explanation } from './explanation.js';
import { type Standing, standings } from './least-loaded.js';
import { hashOf } from './rendezvous.js';
import type { Member, RouteShape } from './route-shape.js';
import { gatherLeniently } from './selector.js';
import { standstillOf } from './standstill.js';

const nobody = (): boolean => false;

const isThrottled = ({ target }: Member, { urgency }: Ask, now: number): boolean =>
  !target.wantsProbe(now) && target.shared.throttle.isClosing(now, urgency);

/** Where a call would go now, and why. Looks with its own eyes: no pick, no chance and no probe is used up by it. */
export const explain = (shape: RouteShape, ask: Ask, now: number): Explanation => {
  const candidates = new Candidates();
  const excludes = (member: Member): boolean => isThrottled(member, ask, now);
  const leniency = gatherLeniently(candidates, shape, { now, demand: ask, excludes, ignores: nobody });
  const key = shape.route.affinity.by === 'none' ? undefined : ask.affinityKey();
  const policy = policyOf(candidates.count, key);
  const chosen =
    key === undefined || policy === 'only'
      ? inOrderOfShare(candidates, shape.picks, now)
      : inOrderOfAffinity(candidates, hashOf(key));
  const usable = chosen.map(({ member, standing }, at): ExplainedDeployment => {
    return { deployment: member.deployment, excluded: undefined, place: at + 1, standing };
  });
  const members = shape.tiers.flatMap((tier) => tier.members);
  const others = members.filter((member) => !chosen.some((one) => one.member === member));
  const excluded = others.map((member): ExplainedDeployment => {
    return {
      deployment: member.deployment,
      excluded: exclusionOf(member, ask, now),
      place: undefined,
      standing: undefined,
    };
  });
  return {
    policy,
    panic: leniency === 'panic',
    deployments: [...usable, ...inOrderOfRoute(excluded, shape)],
    retryAfterMs: usable.length > 0 ? undefined : standstillOf(shape, now, ask, () => true).remainingMs,
  };
};

const policyOf = (count: number, key: string | undefined): RoutingPolicy => {
  if (count <= 1) return 'only';
  return key === undefined ? 'least-loaded' : 'affinity';
};

interface Chosen {
  member: Member;
  standing: Standing | undefined;
}

const inOrderOfShare = (candidates: Candidates, picks: number, now: number): Chosen[] =>
  standings(candidates, picks, now)
    .map((standing, at) => ({ member: candidates.members[at] as Member, standing }))
    .sort((one, other) => other.standing.share - one.standing.share);

const THROTTLED: Exclusion = {
  code: 'throttled',
  reason: 'The upstream has refused so many requests of late that most are turned away before they are sent.',
  remainingMs: undefined,
};

const exclusionOf = (member: Member, ask: Ask, now: number): Exclusion => {
  const { weight, target } = member;
  if (weight === 0) return { code: 'disabled', reason: 'Its weight lets nothing through.', remainingMs: undefined };
  const block = target.blocks(now, ask);
  if (block !== undefined) return explainBlock(target, block, now, ask);
  if (isThrottled(member, ask, now)) return THROTTLED;
  return { code: 'tier', reason: 'The tiers before it can take the call.', remainingMs: undefined };
};

const inOrderOfRoute = (excluded: ExplainedDeployment[], { route }: RouteShape): ExplainedDeployment[] =>
  excluded.sort(
    (one, other) => route.deployments.indexOf(one.deployment) - route.deployments.indexOf(other.deployment),
  );
