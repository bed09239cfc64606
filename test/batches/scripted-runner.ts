import { setTimeout as pause } from 'node:timers/promises';
import type { AnswerEvents, Line, LineRunner, RanLine } from '#batches';
import { until } from '#testing';
import { Holdable } from './holdable.js';

/**
 * Stands for all upstreams together, whoever calls: it knows which lines were sent, how often, and what was cut off. While it is held,
 * nothing is answered.
 */
export class ScriptedUpstream extends Holdable {
  readonly sent = new Map<string, number>();
  readonly aborted: string[] = [];
  active = 0;
  lastSentAt = 0;

  /** Each line takes so long. */
  constructor(public delayMs = 0) {
    super();
  }

  get calls(): number {
    return [...this.sent.values()].reduce((sum, times) => sum + times, 0);
  }

  /** Lines that were sent more than once, each counted as often as it was too often. */
  get duplicates(): number {
    return this.calls - this.sent.size;
  }

  /** Resolves when so many lines have been sent, each counted as often as it was. */
  async seen(calls: number): Promise<void> {
    await until(
      () => this.calls,
      (seen) => seen >= calls,
    );
  }

  /** Resolves when so many lines wait for their answers, and no more. */
  async underWay(lines: number): Promise<void> {
    await until(
      () => this.active,
      (active) => active === lines,
    );
  }

  /** As a worker sees it. Lines whose number ends in 7 fail. */
  runner(): LineRunner {
    return { run: (line, signal, events) => this.run(line, signal, events) };
  }

  private async run(
    { work, customId, params }: Line,
    signal: AbortSignal,
    events: AnswerEvents | undefined,
  ): Promise<RanLine> {
    signal.throwIfAborted();
    const id = `${work.id}/${customId}`;
    this.sent.set(id, (this.sent.get(id) ?? 0) + 1);
    this.lastSentAt = performance.now();
    this.active++;
    try {
      events?.add('message_start', JSON.stringify({ type: 'message_start' }));
      if (this.delayMs > 0) await pause(this.delayMs, undefined, { signal });
      if (this.held) await Promise.race([this.held, aborts(signal)]);
      signal.throwIfAborted();
      events?.add('message_stop', JSON.stringify({ type: 'message_stop' }));
    } catch {
      this.aborted.push(id);
      throw signal.reason;
    } finally {
      this.active--;
    }
    const usage = { input: params.length, output: 1 };
    if (/^line-\d*7$/.test(customId))
      return {
        result: {
          type: 'errored',
          error: { type: 'error', error: { type: 'invalid_request_error', message: 'seven' }, request_id: null },
        },
        usage: {},
      };
    return { result: { type: 'succeeded', message: { type: 'message', content: customId } }, usage };
  }
}

const aborts = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
