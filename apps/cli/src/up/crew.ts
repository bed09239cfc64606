import { Failure } from '../failure.js';
import type { Child } from './child.js';

/** Something that runs until the end and is then stopped. */
export interface Member {
  name: string;
  /** The process, if it was started here. */
  child: Child | undefined;
  /** Rejects when it is lost for good, where that is not the same as its process being gone. */
  lost?: Promise<never>;
  stop: (hurry?: AbortSignal) => Promise<void>;
}

/** What runs together and ends together, last in first out, so that nobody loses what they rely on. */
export class Crew {
  readonly #members: Member[] = [];
  readonly #end = Promise.withResolvers<never>();

  /** `stop` asks for the end. */
  constructor(stop: AbortSignal) {
    stop.addEventListener('abort', () => this.#end.reject(stop.reason));
    // It is awaited only while there is something to wait for.
    this.#end.promise.catch(() => undefined);
  }

  /** Takes a member in; if it is lost, so is everyone. */
  add(member: Member): void {
    this.#members.push(member);
    const { child, name, lost } = member;
    lost?.catch((error: unknown) => this.#end.reject(error));
    void child?.gone.then((how) =>
      this.#end.reject(new Failure(`The ${name} stopped by itself (${how}), so everything stops.`)),
    );
  }

  /** Waits for some work, or until it is pointless: rejects when the end is asked for or a member is lost. */
  during<T>(work: Promise<T>): Promise<T> {
    return Promise.race([this.#end.promise, work]);
  }

  /** Rejects, when the end is asked for or a member is lost. */
  untilEnd(): Promise<never> {
    return this.#end.promise;
  }

  /** Stops everyone, one after the other. */
  async dismiss(hurry: AbortSignal): Promise<void> {
    for (const member of this.#members.toReversed()) await member.stop(hurry);
  }
}
