/**
 * The one place for a real request that shows whether something works again. It is lent for a time, so that a holder that is never
 * heard of again does not keep it.
 */
export class ProbeSlot {
  private holder: object | undefined;
  private until = Number.NEGATIVE_INFINITY;

  isTaken(now: number): boolean {
    return this.holder !== undefined && this.until > now;
  }

  take(holder: object, now: number, forMs: number): void {
    this.holder = holder;
    this.until = now + forMs;
  }

  isHeldBy(holder: object): boolean {
    return this.holder === holder;
  }

  /** Does nothing for anybody but the holder. */
  free(holder: object): void {
    if (this.holder === holder) this.holder = undefined;
  }

  clear(): void {
    this.holder = undefined;
  }
}
