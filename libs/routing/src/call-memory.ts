import type { Member } from './route-shape.js';
import type { Throttle } from './throttle.js';

/** What one call has met with, and so whom it does not ask (again). A call that meets with nothing makes no garbage by it. */
export class CallMemory {
  private tried: readonly Member[] = NOBODY;
  private unfit: readonly Member[] = NOBODY;
  /** Refused by our own limits. */
  private held: readonly Member[] = NOBODY;
  private throttled: readonly Throttle[] = [];
  private overloaded: readonly string[] = [];

  failed(member: Member): void {
    this.tried = [...this.tried, member];
  }

  /** Its wire cannot carry the request. */
  couldNotCarry(member: Member): void {
    this.unfit = [...this.unfit, member];
  }

  wasHeld(member: Member): void {
    this.held = [...this.held, member];
  }

  wasThrottled(throttle: Throttle): void {
    this.throttled = [...this.throttled, throttle];
  }

  /** The provider of a deployment has no room, whichever of its credentials is used. */
  wasOverloaded({ deployment }: Member): void {
    this.overloaded = [...this.overloaded, deployment.provider.name];
  }

  /** The call has waited, and may ask `again` although it has failed. What is overloaded still is left alone for that anyway. */
  waited(again: Member | undefined): void {
    this.held = NOBODY;
    this.throttled = [];
    this.overloaded = [];
    if (again) this.tried = this.tried.filter((member) => member !== again);
  }

  /** Not to be asked now. */
  excludes(member: Member): boolean {
    return (
      isAmong(this.tried, member) ||
      isAmong(this.held, member) ||
      (this.throttled.length > 0 && this.throttled.includes(member.target.shared.throttle)) ||
      (this.overloaded.length > 0 && this.overloaded.includes(member.deployment.provider.name))
    );
  }

  /** Of no use to this call at all. */
  ignores(member: Member): boolean {
    return isAmong(this.unfit, member);
  }

  /** Out for good, as far as this call goes. */
  rulesOut(member: Member): boolean {
    return isAmong(this.tried, member) || isAmong(this.unfit, member);
  }

  get hasUnfit(): boolean {
    return this.unfit.length > 0;
  }
}

const NOBODY: readonly Member[] = [];

/** The same deployment in another tier is no other deployment. */
const isAmong = (members: readonly Member[], { target }: Member): boolean => {
  for (let at = 0; at < members.length; at++) if (members[at]?.target === target) return true;
  return false;
};
