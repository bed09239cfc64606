/**
 * A clock that never goes back, whatever the one behind it does. A jump back is left out, so what was to last a minute lasts a
 * minute; a jump forward ends what was to last a minute, which is the harmless direction.
 */
export class SteadyClock {
  private last = Number.NEGATIVE_INFINITY;
  private lead = 0;

  /** `now`: milliseconds, meant to be monotonic. */
  constructor(private readonly now: () => number) {}

  read(): number {
    const at = this.now() + this.lead;
    if (at >= this.last) this.last = at;
    else this.lead += this.last - at;
    return this.last;
  }
}
