import type { CredentialLimits, ProviderAdapter, ProviderKind } from '#core';
import type { Dispatcher } from '#providers';
import type { Chooser } from '#routing';
import type { Call, Settlement } from './call.js';
import { RunningCall } from './running-call.js';
import type { Sink } from './sink.js';
import type { Ticker } from './ticker.js';

export interface ExchangeOptions {
  adapters: Readonly<Record<ProviderKind, ProviderAdapter>>;
  chooser: Chooser;
  limits: CredentialLimits;
  dispatcher: Dispatcher;
  ticker: Ticker;
  /** Monotonic milliseconds. */
  now: () => number;
}

/** The way of a call: plan → attempt → relay → settle. Shared by everything that answers calls. */
export class Exchange {
  private readonly running = new Set<RunningCall>();

  constructor(private readonly options: ExchangeOptions) {}

  /** Answers into `sink`, whatever happens. Never rejects: what went wrong is in the settlement. */
  async answer(call: Call, sink: Sink): Promise<Settlement> {
    const running = new RunningCall(this.options, call, sink);
    this.running.add(running);
    try {
      return await running.run();
    } finally {
      this.running.delete(running);
    }
  }

  /** Ends every call that is still running, each with an error that its caller can read. */
  cutOff(): void {
    for (const call of this.running) call.cutOff();
  }
}
