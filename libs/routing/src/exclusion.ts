import type { Exclusion } from './explanation.js';
import type { Suspension } from './suspension.js';
import type { Block, Demand, Target } from './target.js';

/** The explanation of a block. `now` and `demand` are those that it was found with. */
export const explainBlock = (target: Target, block: Block, now: number, demand: Demand): Exclusion => {
  switch (block) {
    case 'disabled':
    case 'cooldown': {
      const { kind, reason, until } = longest(target);
      const what = kind === 'disabled' ? 'not used' : 'left alone';
      return exclusion(kind, `It is ${what} for a while because the upstream answered: ${reason}.`, until - now);
    }
    case 'credential-probing':
      return exclusion('probing', 'One request is finding out whether the credential works again.');
    case 'breaker-probing':
      return exclusion('probing', 'One request is finding out whether it works again.');
    case 'breaker-open':
      return exclusion('breaker-open', 'It has failed too often of late.', target.breaker.remainingMs(now));
    case 'limited': {
      const remainingMs = target.ownLimit.remainingMs(now, demand.urgency, demand.estimate);
      return exclusion('limited', 'The limits configured for its credential are used up.', remainingMs);
    }
    case 'no-headroom':
    case 'short': {
      const remainingMs = target.headroom.remainingMs(now, demand.estimate);
      return exclusion('no-headroom', 'The upstream has said that too little of its limits is left.', remainingMs);
    }
    case 'paced':
      return exclusion(
        'paced',
        'Batches go slower here since the upstream refused some.',
        target.pacerAt(now).waitMs(now),
      );
  }
};

const exclusion = (code: string, reason: string, remainingMs?: number): Exclusion => ({ code, reason, remainingMs });

/** Of the suspensions that are running, the one that runs longest: before its end nothing changes. */
const longest = ({ suspensions }: Target): Suspension =>
  suspensions.reduce((most, other) => (other.until > most.until ? other : most));
