import { unavailable } from '../desk-errors.js';
import type { Opening, Submissions } from '../redis/submissions.js';

const EVERY_MS = 5_000;

/** Says now and then that a submission is still being taken in, so that nobody clears it away. */
export class KeptAlive {
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly submissions: Submissions,
    private readonly opening: Opening,
  ) {
    // A sign that does not come through is made up for by the next one.
    this.timer = setInterval(() => void submissions.keep(opening).catch(() => undefined), EVERY_MS);
  }

  /** Just before it becomes a work. Rejects when it was taken for dead: its parts may have been cleared away. */
  async confirm(): Promise<void> {
    if (!(await this.submissions.keep(this.opening))) throw unavailable();
  }

  close(): void {
    clearInterval(this.timer);
  }
}
