import type { Deployment, HealthMark } from '#core';
import type { Scope } from './outcome.js';
import { hashText } from './rendezvous.js';
import { Suspension } from './suspension.js';
import { type Nature, type SharedState, Target } from './target.js';
import { Throttle } from './throttle.js';

/** So many marks about what no configuration here knows are kept in case it soon does. */
const MOST_UNKNOWN = 1_000;

/** The same on every replica. A provider that has moved, or a credential with another key, is not what it was. */
const subjectsOf = ({ id, provider, credential, model }: Deployment): Record<Scope, string> => {
  const home = `${provider.name}~${hashText(provider.baseUrl, 0).toString(36)}`;
  const account = `${home}/${credential.name}@${credential.fingerprint}`;
  return {
    credential: `credential ${account}`,
    'credential-model': `credential-model ${account} ${model ?? '*'}`,
    'provider-model': `provider-model ${home} ${model ?? '*'}`,
    deployment: `deployment ${account} ${id}`,
  };
};

/** What a wildcard's deployment is for one model. */
const forModel = (deployment: Deployment, model: string): Deployment => {
  const { provider, credential } = deployment;
  return { ...deployment, id: `${provider.name}/${credential.name}/${model}`, model };
};

const keyOf = (deployment: Deployment): string => subjectsOf(deployment).deployment;

/** Finds, or makes, what is known about each deployment, and sees to it that what several have in common is one thing. */
export class Targets {
  private readonly byKey = new Map<string, Target>();
  /** Of those that only a wildcard leads to, and only for one model: the key of the wildcard's deployment. */
  private readonly wildcardOf = new Map<Target, string>();
  private readonly suspensionOf = new Map<string, Suspension>();
  private readonly throttleOf = new Map<string, Throttle>();

  constructor(private readonly nature: Nature) {}

  /** Of a deployment in the configuration. */
  of(deployment: Deployment): Target {
    const target = this.find(deployment);
    this.wildcardOf.delete(target);
    return target;
  }

  /** Of a wildcard's deployment, for one model. If the configuration names the same elsewhere, it is the same. */
  ofModel(wildcard: Deployment, model: string): Target {
    const deployment = forModel(wildcard, model);
    const isNew = !this.byKey.has(keyOf(deployment));
    const target = this.find(deployment);
    if (isNew) this.wildcardOf.set(target, keyOf(wildcard));
    return target;
  }

  /** What a deployment of the configuration has come to: itself, or the models that a wildcard's has been used for. */
  listed(deployment: Deployment): { target: Target; listed: Deployment }[] {
    const key = keyOf(deployment);
    const models = [...this.wildcardOf].filter(([, wildcard]) => wildcard === key).map(([target]) => target);
    if (models.length === 0) return [{ target: this.of(deployment), listed: deployment }];
    return models.map((target) => {
      const { id, model } = target.deployment;
      return { target, listed: { ...deployment, id, model } };
    });
  }

  /** Forgets those of the targets that only a wildcard leads to, and what nobody else has in common with them. */
  forgetModels(targets: readonly Target[]): void {
    const gone = targets.filter((target) => this.wildcardOf.delete(target));
    for (const { deployment } of gone) this.byKey.delete(keyOf(deployment));
    const others = new Set([...this.byKey.values()].flatMap(({ suspensions }) => suspensions));
    for (const { suspensions, shared } of gone) {
      const unused = suspensions.filter((suspension) => !others.has(suspension));
      for (const { subject } of unused) this.suspensionOf.delete(subject);
      const ofProvider = shared.suspensions['provider-model'];
      if (unused.includes(ofProvider)) this.throttleOf.delete(ofProvider.subject);
    }
  }

  private find(deployment: Deployment): Target {
    const subjects = subjectsOf(deployment);
    // The deployment's own subject tells it from every other, its home and its key included.
    const known = this.byKey.get(subjects.deployment);
    if (known) return known;
    const target = new Target(deployment, this.sharedOf(subjects), this.nature);
    this.byKey.set(subjects.deployment, target);
    return target;
  }

  /** Undefined when there are too many marks about unknown things already. */
  suspension(mark: HealthMark): Suspension | undefined {
    const known = this.suspensionOf.get(mark.subject);
    if (known) return known;
    const scope = scopeOf(mark.subject);
    if (scope === undefined || this.suspensionOf.size > this.byKey.size * 4 + MOST_UNKNOWN) return undefined;
    return this.suspend(mark.subject, scope);
  }

  all(): IterableIterator<Target> {
    return this.byKey.values();
  }

  allSuspensions(): IterableIterator<Suspension> {
    return this.suspensionOf.values();
  }

  /** Forgets everything, but for the moment at which a mark was lifted. Calls that are running end on what they began with. */
  forget(): void {
    const known = [...this.byKey.values()];
    const ofConfiguration = known.filter((target) => !this.wildcardOf.has(target));
    this.byKey.clear();
    this.wildcardOf.clear();
    this.throttleOf.clear();
    for (const { deployment } of ofConfiguration) this.of(deployment);
  }

  /** Forgets what is not in `deployments`, unless calls are still running on it; and marks that nobody can be meant by any more. */
  keep(deployments: Iterable<Deployment>, now: number): void {
    this.forgetOthers(new Set([...deployments].map((deployment) => this.of(deployment))));
    const suspensions = new Set([...this.byKey.values()].flatMap((target) => target.suspensions));
    const throttles = new Set([...this.byKey.values()].map((target) => target.shared.throttle));
    for (const [subject, suspension] of this.suspensionOf)
      if (!suspensions.has(suspension) && suspension.until <= now) this.suspensionOf.delete(subject);
    for (const [subject, throttle] of this.throttleOf) if (!throttles.has(throttle)) this.throttleOf.delete(subject);
  }

  private forgetOthers(kept: ReadonlySet<Target>): void {
    for (const [key, target] of this.byKey) {
      const wildcard = this.byKey.get(this.wildcardOf.get(target) ?? '');
      if (kept.has(wildcard ?? target) || target.inFlight > 0) continue;
      this.byKey.delete(key);
      this.wildcardOf.delete(target);
    }
  }

  private sharedOf(subjects: Record<Scope, string>): SharedState {
    const throttle = this.throttleOf.get(subjects['provider-model']) ?? new Throttle();
    this.throttleOf.set(subjects['provider-model'], throttle);
    return {
      suspensions: {
        credential: this.suspend(subjects.credential, 'credential'),
        'credential-model': this.suspend(subjects['credential-model'], 'credential-model'),
        'provider-model': this.suspend(subjects['provider-model'], 'provider-model'),
        deployment: this.suspend(subjects.deployment, 'deployment'),
      },
      throttle,
    };
  }

  private suspend(subject: string, scope: Scope): Suspension {
    const known = this.suspensionOf.get(subject);
    if (known) return known;
    const suspension = new Suspension(subject, scope);
    this.suspensionOf.set(subject, suspension);
    return suspension;
  }
}

const SCOPES: readonly Scope[] = ['credential', 'credential-model', 'provider-model', 'deployment'];

const scopeOf = (subject: string): Scope | undefined => SCOPES.find((scope) => subject.startsWith(`${scope} `));
