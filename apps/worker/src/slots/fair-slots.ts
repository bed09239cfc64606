import type { AdaptiveLimit } from './adaptive-limit.js';
import type { Slot, Wish } from './slot.js';
import { UNKNOWN, WaitingLines, type Waiting, type Work } from './waiting-lines.js';
import { Round, whoseTurn } from './whose-turn.js';

/** So many lines of a work are begun, to learn where they go, even if the last one of another work went where none is taken. */
const MOST_UNKNOWN = 4;

/** How many lines may be under way on one route, and what it learns. */
export type RouteLimit = Pick<AdaptiveLimit, 'current' | 'resumesAt' | 'mayBegin' | 'answered' | 'troubled' | 'held'>;

interface Route {
  limit: RouteLimit;
  underWay: number;
}

export interface FairSlotsOptions {
  /** Lines of this process under way at most, on all routes together. */
  most: () => number;
  /** For a route that is used for the first time. */
  limitOf: () => RouteLimit;
  /** Monotonic milliseconds. */
  now: () => number;
}

/**
 * Which lines may be upstream. Whoever comes late is not behind everybody else's waiting lines, only behind those that are under way (see
 * `whose-turn.ts`). A route that its upstreams do not take lines for holds up nobody who goes elsewhere, and slots teach what it takes.
 */
export class FairSlots {
  private readonly waiting = new WaitingLines();
  private readonly routes = new Map<string, Route>();
  private underWayNow = 0;
  private wake: NodeJS.Timeout | undefined;
  private turn: NodeJS.Immediate | undefined;
  /** Where the last line went whose way was not known when it was begun. */
  private lastRoute: string | undefined;

  constructor(private readonly options: FairSlotsOptions) {}

  /** Lines under way. */
  get underWay(): number {
    return this.underWayNow;
  }

  /** The limit of each route that was used. */
  *limits(): Iterable<{ route: string; limit: number }> {
    for (const [route, { limit }] of this.routes) yield { route, limit: limit.current };
  }

  /** Resolves when the line may begin; rejects with the signal's reason. */
  take(wish: Wish, signal: AbortSignal): Promise<Slot> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const abandon = (): void => {
        this.waiting.remove(waiting);
        this.rest();
        reject(signal.reason as Error);
      };
      const waiting: Waiting = {
        wish,
        grant: (slot) => {
          signal.removeEventListener('abort', abandon);
          resolve(slot);
        },
      };
      signal.addEventListener('abort', abandon, { once: true });
      this.waiting.add(waiting);
      this.pump();
    });
  }

  /**
   * Among several, slots are not given at once. Whoever has the fewest under way may ask for more only when it has what it asked for; if
   * what is free meanwhile went to the others, a newcomer would hardly get more than one slot in so many.
   */
  private pump(): void {
    if (this.waiting.size > 1) this.turn ??= setImmediate(() => this.grant());
    else this.grant();
  }

  private grant(): void {
    clearImmediate(this.turn);
    this.turn = undefined;
    clearTimeout(this.wake);
    const round = new Round([...this.waiting.all()], this.mayBegin);
    while (this.underWayNow < this.options.most()) {
      const next = round.next()?.queue.shift();
      if (!next) break;
      this.begin(next);
    }
    if (this.underWayNow < this.options.most() && whoseTurn(this.waiting.all(), this.mayBegin)) this.pump();
    this.sleep();
  }

  private begin({ wish, grant }: Waiting): void {
    const begunAt = this.options.now();
    const work = this.waiting.workOf(wish);
    let at = wish.route ?? work.route ?? this.lastRoute;
    let isOver = false;
    this.count(wish, at, 1);
    const end = (learn: (route: Route) => void): void => {
      if (isOver) return;
      isOver = true;
      if (at !== undefined) learn(this.routeOf(at));
      this.count(wish, at, -1);
      this.waiting.tidy(wish);
      this.rest();
      this.pump();
    };
    grant({
      goes: (route) => {
        if (isOver) return;
        work.route = route;
        this.lastRoute = route;
        if (at === route) return;
        this.count(wish, at, -1);
        at = route;
        this.count(wish, at, 1);
        this.pump();
      },
      answered: () => end(({ limit, underWay }) => limit.answered(underWay, this.options.now())),
      troubled: (retryAfterMs) => end(({ limit }) => limit.troubled(begunAt, this.options.now(), retryAfterMs)),
      held: (retryAfterMs) => end(({ limit }) => limit.held(this.options.now(), retryAfterMs)),
      release: () => end(() => undefined),
    });
  }

  private count(wish: Wish, route: string | undefined, by: 1 | -1): void {
    this.underWayNow += by;
    if (route !== undefined) this.routeOf(route).underWay += by;
    this.waiting.count(wish, by);
  }

  private readonly mayBegin = (work: Work, queue: string): boolean => {
    if (queue === UNKNOWN && work.route === undefined && work.underWay < MOST_UNKNOWN) return true;
    const route = queue === UNKNOWN ? (work.route ?? this.lastRoute) : queue;
    if (route === undefined) return false;
    const { limit, underWay } = this.routeOf(route);
    return limit.mayBegin(underWay, this.options.now());
  };

  /** Until the first paused route goes on, unless something happens before. */
  private sleep(): void {
    const now = this.options.now();
    let first = Number.POSITIVE_INFINITY;
    for (const { limit } of this.routes.values()) if (limit.resumesAt > now) first = Math.min(first, limit.resumesAt);
    if (Number.isFinite(first) && this.waiting.size > 0) this.wake = setTimeout(() => this.pump(), first - now + 1);
  }

  /** Nobody waits for a paused route any more. */
  private rest(): void {
    if (this.waiting.size === 0) clearTimeout(this.wake);
  }

  private routeOf(name: string): Route {
    const known = this.routes.get(name);
    if (known) return known;
    const route = { limit: this.options.limitOf(), underWay: 0 };
    this.routes.set(name, route);
    return route;
  }
}
