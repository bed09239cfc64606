import { randomBytes } from 'node:crypto';
import type { WorkSets } from '../redis/work-sets.js';

/** How long nobody repairs when the one whose turn it was has died. */
const TURN_MS = 5_000;

/** Lets one process repair at a time, for as long as it takes, and leave off when it is told to. */
export class RepairTurn {
  private readonly owner = randomBytes(9).toString('base64url');
  private goes = false;

  constructor(private readonly sets: WorkSets) {}

  /** To be looked at between two steps. False: this process is to stop, or another's turn has begun. */
  get goesOn(): boolean {
    return this.goes;
  }

  /** Does it if this process may, and keeps the turn meanwhile. Rejects as `act` does, or with what Redis says. */
  async take(act: () => Promise<void>): Promise<void> {
    this.goes = true;
    if (!(await this.sets.takeTurn(this.owner, TURN_MS))) return;
    const keeping = setInterval(() => void this.keep(), TURN_MS / 2);
    try {
      if (this.goes) await act();
    } finally {
      clearInterval(keeping);
    }
  }

  /** What goes on is to leave off. */
  breakOff(): void {
    this.goes = false;
  }

  /** It is another's turn. Never rejects: without being told the others find out. */
  async leave(): Promise<void> {
    await this.sets.leaveTurn(this.owner).catch(() => undefined);
  }

  private async keep(): Promise<void> {
    try {
      if (!(await this.sets.takeTurn(this.owner, TURN_MS))) this.goes = false;
    } catch {
      // Redis is away, which says nothing of whose turn it is.
    }
  }
}
