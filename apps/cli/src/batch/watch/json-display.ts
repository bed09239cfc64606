import type { Display } from './display.js';
import type { Sighting } from './sightings.js';

/** What the gateway tells, a line of JSON each time that something has changed. */
export class JsonDisplay implements Display {
  private shown = '';

  constructor(
    private readonly print: (line: string) => void,
    private readonly complain: (line: string) => void,
  ) {}

  show({ progress, away }: Sighting): void {
    if (away) this.complain(`The gateway ${away.brief}; still trying.`);
    if (!progress || away) return;
    const change = JSON.stringify([progress.processing_status, progress.done, progress.started_at]);
    if (change === this.shown) return;
    this.shown = change;
    this.print(JSON.stringify(progress));
  }

  end(): void {
    // Every line is a whole one.
  }
}
