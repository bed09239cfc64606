import type { ReportedLimit, Reservation, Usage } from '#core';
import type { Amounts } from './amounts.js';

/** Where a reservation came from. */
export interface Lender {
  observe(reported: readonly ReportedLimit[], reservedAt: number): void;
  settle(reserved: Amounts, used: Usage | undefined): void;
}

/** What was reserved for one attempt. */
export class GrantedShare implements Reservation {
  readonly kind = 'granted';
  private settled = false;

  constructor(
    private readonly lender: Lender,
    private readonly reserved: Amounts,
    private readonly at: number,
  ) {}

  observe(reported: readonly ReportedLimit[]): void {
    this.lender.observe(reported, this.at);
  }

  settle(used: Usage | undefined): void {
    if (this.settled) return;
    this.settled = true;
    this.lender.settle(this.reserved, used);
  }
}

const nothing = (): void => undefined;

/** For credentials without limits: one for all, for there is nothing to keep. */
export const UNLIMITED: Reservation = { kind: 'granted', observe: nothing, settle: nothing };
