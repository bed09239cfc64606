import type { DeploymentState, Outcome } from '#routing';
import { BudgetAudit, type Drawn, type Step } from './budget-audit.js';
import type { Call, Sent } from './call.js';
import type { RefusalBook } from './refusal-book.js';
import type { VirtualTime } from './virtual-time.js';

const OUT_OF_USE: ReadonlySet<string> = new Set(['disabled', 'cooldown', 'breaker-open', 'probing']);

const isWell = ({ breaker, excluded }: DeploymentState): boolean =>
  breaker.state === 'closed' && !OUT_OF_USE.has(excluded?.code ?? '');

/** Whether each attempt was within the budget of the tier that its call asked first. */
export class BudgetJudge {
  private readonly audits: readonly Map<number, BudgetAudit>[];
  private readonly calls = new WeakMap<Call, { audit: BudgetAudit; drawn: Drawn }>();

  constructor(
    replicas: number,
    private readonly time: VirtualTime,
    private readonly book: RefusalBook,
  ) {
    this.audits = Array.from({ length: replicas }, () => new Map());
  }

  /** `states`: of right before, for another attempt. Gives whether there was so much left. */
  draws(call: Call, sent: Sent, states: readonly DeploymentState[]): boolean {
    const { now } = this.time;
    const known = this.calls.get(call);
    const audit = known?.audit ?? this.audit(call.replica, sent.deployment.tier);
    const { urgency, clientRetries } = call.ask;
    const first = (): Drawn => (known ? audit.again() : audit.first(now, urgency, clientRetries > 0));
    const drawn = call.tried.length > 0 ? audit.step(now, this.stepOf(call, sent, states)) : first();
    this.calls.set(call, { audit, drawn: drawn ?? 'nothing' });
    return drawn !== undefined;
  }

  settled(call: Call, outcome: Outcome): void {
    const known = this.calls.get(call);
    const isSent = outcome.kind !== 'unfit' && outcome.kind !== 'limited';
    known?.audit.ended(known.drawn, { isAnswered: outcome.kind === 'answered', isSent });
  }

  jumpedAhead(replica: number): void {
    for (const audit of this.audits[replica]?.values() ?? []) audit.jumpedAhead();
  }

  /** `targets` does not show whether a credential waits for its probe; where the book cannot tell either, the attempt is not counted. */
  private stepOf({ replica, tried, hasWaited }: Call, { deployment }: Sent, states: readonly DeploymentState[]): Step {
    const last = tried.at(-1);
    const to = states.find((state) => state.deployment === deployment);
    const from = states.find((state) => state.deployment === last);
    if (!to || !from || !last) return 'unclear';
    if (!isWell(to)) return 'to-troubled';
    if (this.book.isInDoubt(replica, deployment)) return 'unclear';
    if (hasWaited) return 'to-well';
    if (!isWell(from)) return 'move';
    return this.book.isInDoubt(replica, last) ? 'unclear' : 'to-well';
  }

  private audit(replica: number, tier: number): BudgetAudit {
    const ofReplica = this.audits[replica];
    const audit = ofReplica?.get(tier) ?? new BudgetAudit();
    ofReplica?.set(tier, audit);
    return audit;
  }
}
