import type { Telemetry } from '#platform';

/** The metrics as text. */
export class Scrape {
  constructor(private readonly telemetry: Telemetry) {}

  text(): Promise<string> {
    return this.telemetry.scrape();
  }
}
