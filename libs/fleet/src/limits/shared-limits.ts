import type {
  Credential,
  CredentialLimits,
  Deployment,
  Estimate,
  Limits,
  LimitsMode,
  Refusal,
  Reservation,
  Urgency,
} from '#core';
import { DIMENSION_OF, limitOf, needOf, RATES } from './amounts.js';
import { CredentialShare, type ShareSurroundings } from './credential-share.js';
import { UNLIMITED } from './granted-share.js';

const TICK_MS = 1000;

/** A limit of nothing is not worth asking about. */
const NEVER_MS = 60_000;

const isLimited = (limits: Limits): boolean => Object.values(limits).some((limit) => limit !== undefined);

const closedBy = (limits: Limits): Refusal | undefined => {
  const rate = RATES.find((one) => (limitOf(limits, one) ?? 1) <= 0);
  if (rate) return { kind: 'refused', dimension: DIMENSION_OF[rate], retryAfterMs: NEVER_MS };
  if ((limits.concurrency ?? 1) > 0) return undefined;
  return { kind: 'refused', dimension: 'concurrency', retryAfterMs: NEVER_MS };
};

/** The limits of every credential, kept by all replicas together. */
export class SharedLimits implements CredentialLimits {
  /** By account: a credential that is read anew has the same one. */
  private readonly shares = new Map<string, CredentialShare>();
  private readonly accounts = new WeakMap<Credential, string>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly around: ShareSurroundings) {
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  get mode(): LimitsMode {
    return this.around.link.state === 'up' ? 'shared' : this.around.withoutRedis();
  }

  reserve(
    deployment: Deployment,
    estimate: Estimate,
    urgency: Urgency,
  ): Reservation | Refusal | Promise<Reservation | Refusal> {
    const { limits } = deployment.credential;
    if (!limits || !isLimited(limits)) return UNLIMITED;
    return closedBy(limits) ?? this.shareOf(deployment, limits).reserve(needOf(estimate), urgency);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all([...this.shares.values()].map((share) => share.close()));
  }

  private shareOf({ provider, credential }: Deployment, limits: Limits): CredentialShare {
    let account = this.accounts.get(credential);
    if (account === undefined) {
      account = `${provider.name}/${credential.name}/${credential.fingerprint}`;
      this.accounts.set(credential, account);
    }
    let share = this.shares.get(account);
    if (!share) {
      share = new CredentialShare(account, limits, this.around);
      this.shares.set(account, share);
    }
    share.limits = limits;
    return share;
  }

  private tick(): void {
    for (const [account, share] of this.shares) {
      if (share.idle) this.shares.delete(account);
      else share.tick();
    }
  }
}
