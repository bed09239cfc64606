import { Caller } from './load/caller.js';
import type { MeasuredProcess } from './processes/measured-process.js';
import type { ProxyName } from './processes/stage.js';

export type ContenderName = 'direct' | ProxyName;

/** A way to the upstream, and who calls on it. */
export class Contender {
  readonly caller: Caller;

  constructor(
    readonly name: ContenderName,
    /** What stands on the way; the upstream itself for `direct`. */
    readonly process: MeasuredProcess,
  ) {
    this.caller = new Caller(process.url);
  }
}
