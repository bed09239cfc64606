import type { Contender } from './contender.js';
import type { Load } from './load/load.js';
import { closedLoop } from './load/closed-loop.js';
import { paced } from './load/paced.js';
import { callsPerSecond, measure, type Measured } from './measure.js';
import type { Stage } from './processes/stage.js';
import type { MessagesRequest } from './requests/messages-request.js';
import { inTurns, type Rounds } from './rounds.js';
import { spreadOf } from './spread.js';

/** How long to measure. */
export interface Timing {
  rounds: number;
  warmMs: number;
  /** Of one turn at full speed. */
  fullMs: number;
  /** Of one turn at half load. */
  halfMs: number;
}

/** What every scenario measures with. */
export class Bench {
  constructor(
    readonly stage: Stage,
    readonly contenders: readonly Contender[],
    readonly timing: Timing,
  ) {}

  /** Makes sure that everybody answers with the same bytes, and that everybody is warm. */
  async prepare(request: MessagesRequest, callers: number): Promise<Workload> {
    const expected = await this.agreedAnswer(request);
    const workload = new Workload(this, request, expected.length);
    for (const contender of this.contenders) {
      // The upstream gets warm behind the others.
      const forMs = contender.name === 'direct' ? 0 : this.timing.warmMs;
      await closedLoop(workload.on(contender), { callers, forMs });
    }
    return workload;
  }

  private async agreedAnswer(request: MessagesRequest): Promise<Buffer> {
    const [first, ...others] = await Promise.all(this.contenders.map(({ caller }) => caller.whole(request)));
    if (!first || others.some((other) => !other.equals(first))) throw new Error('the contenders answer differently');
    return first;
  }
}

/** One request, to be sent by all contenders over and over. */
export class Workload {
  constructor(
    private readonly bench: Bench,
    private readonly request: MessagesRequest,
    readonly answerBytes: number,
  ) {}

  on({ caller }: Contender): Load {
    return { caller, request: this.request, expectedBytes: this.answerBytes };
  }

  /** So many callers, each as fast as it gets its answers. */
  atFullSpeed(callers: number): Promise<Rounds<Measured>> {
    const { contenders, timing } = this.bench;
    return inTurns(contenders, timing.rounds, (contender) =>
      measure(contender, () => closedLoop(this.on(contender), { callers, forMs: timing.fullMs })),
    );
  }

  /** Half of what Switchyard served at full speed, for everybody. */
  atHalfLoad(full: readonly Measured[]): Promise<Rounds<Measured>> {
    const { contenders, timing } = this.bench;
    const perSecond = spreadOf(full.map(callsPerSecond)).median / 2;
    return inTurns(contenders, timing.rounds, (contender) =>
      measure(contender, () => paced(this.on(contender), { perSecond, forMs: timing.halfMs })),
    );
  }
}
