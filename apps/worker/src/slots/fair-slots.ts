import type { AdaptiveLimit } from './adaptive-limit.js';
import { byUse, Party, partyOf } from './party.js';

/** Who wants to begin a line, and where it goes. */
export interface Wish {
  workspace: string;
  /** Of the workspace against others, above 0. */
  weight: number;
  work: string;
  /** Of the work against others of its workspace, above 0. */
  share: number;
  /** Its place in the work. */
  line: number;
  /** Name of the route, each of which has a limit of its own. Undefined: not known yet; most likely where its work's other lines go. */
  route: string | undefined;
}

/** The right to have one line under way. It ends with the first call of one of the last three. */
export interface Slot {
  /** Where the line goes, for one of which it was not known. */
  goes(route: string): void;
  /** The upstream took the line, and said yes or no to it. */
  answered(): void;
  /** Refused or failed: fewer lines are begun on this route for now. `retryAfterMs`: when the upstream wants to be asked again. */
  troubled(retryAfterMs: number | undefined): void;
  /** Not sent, because our own pace or limits had no room: none is begun on this route until then. */
  held(retryAfterMs: number | undefined): void;
  /** Nothing came of it, which says nothing about the upstream. */
  release(): void;
}

interface Waiting {
  wish: Wish;
  grant: (slot: Slot) => void;
}

/** Among a work's queues, that of the lines of which it is not known where they go. */
const UNKNOWN = '';
/** So many lines of a work are begun, to learn where they go, even if the last one of another work went where none is taken. */
const MOST_UNKNOWN = 4;

/** How many lines may be under way on one route, and what it learns. */
export type RouteLimit = Pick<AdaptiveLimit, 'current' | 'resumesAt' | 'mayBegin' | 'answered' | 'troubled' | 'held'>;

interface Route {
  limit: RouteLimit;
  underWay: number;
}

/** Its works by name. */
class Workspace extends Party<Work> {}

/** Its waiting lines by route, in their order: its chunks end one after the other then, and not all of them at once. */
class Work extends Party<Waiting[]> {
  /** Where its last line went. */
  route: string | undefined;
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
 * Which line may go upstream next. A free slot goes to the workspace that has the fewest under way for its weight, then to its work that
 * has the fewest for its share: whoever comes late is not behind everybody else's lines, only behind those that are under way.
 * A route that its upstreams do not take lines for holds up nobody who goes elsewhere.
 */
export class FairSlots {
  private readonly workspaces = new Map<string, Workspace>();
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
      const queue = this.queueOf(wish);
      const abandon = (): void => {
        queue.splice(queue.indexOf(waiting), 1);
        this.tidy(wish);
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
      const before = queue.findLastIndex((other) => other.wish.line <= wish.line);
      queue.splice(before + 1, 0, waiting);
      this.pump();
    });
  }

  /**
   * Among several, slots are not given at once. Whoever has the fewest under way may ask for more only when it has what it asked for; if
   * what is free meanwhile went to the others, a newcomer would hardly get more than one slot in so many.
   */
  private pump(): void {
    if (this.workspaces.size > 1) this.turn ??= setImmediate(() => this.grant());
    else this.grant();
  }

  private grant(): void {
    clearImmediate(this.turn);
    this.turn = undefined;
    clearTimeout(this.wake);
    const first = this.workspaces.size > 1 ? this.firstInTurn() : undefined;
    let level = Number.POSITIVE_INFINITY;
    while (this.underWayNow < this.options.most()) {
      if (first && this.openQueueOf(first)) level = (first.underWay + 1) / first.weight;
      const next = this.nextQueue(level)?.shift();
      if (!next) break;
      this.begin(next);
    }
    if (this.underWayNow < this.options.most() && this.nextQueue(Number.POSITIVE_INFINITY)) this.pump();
    this.sleep();
  }

  /** Who has the fewest of all who want a line. Up to where it is when it wants no more, others get some too. */
  private firstInTurn(): Workspace | undefined {
    return byUse(this.workspaces).find((workspace) => this.openQueueOf(workspace));
  }

  private begin({ wish, grant }: Waiting): void {
    const begunAt = this.options.now();
    const work = this.workOf(wish);
    let at = wish.route ?? work.route ?? this.lastRoute;
    let isOver = false;
    this.count(wish, at, 1);
    const end = (learn: (route: Route) => void): void => {
      if (isOver) return;
      isOver = true;
      if (at !== undefined) learn(this.routeOf(at));
      this.count(wish, at, -1);
      this.tidy(wish);
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

  private count({ workspace, work }: Wish, route: string | undefined, by: 1 | -1): void {
    this.underWayNow += by;
    if (route !== undefined) this.routeOf(route).underWay += by;
    const holder = this.workspaces.get(workspace);
    const part = holder?.inner.get(work);
    if (holder) holder.underWay += by;
    if (part) part.underWay += by;
  }

  /** Of those whose route takes another line. */
  private nextQueue(level: number): Waiting[] | undefined {
    for (const workspace of byUse(this.workspaces)) {
      if (workspace.underWay / workspace.weight > level) return undefined;
      const queue = this.openQueueOf(workspace);
      if (queue) return queue;
    }
    return undefined;
  }

  private openQueueOf({ inner }: Workspace): Waiting[] | undefined {
    for (const work of byUse(inner)) {
      const queue = this.openQueue(work);
      if (queue) return queue;
    }
    return undefined;
  }

  private openQueue(work: Work): Waiting[] | undefined {
    for (const [name, queue] of work.inner) if (queue.length > 0 && this.isOpen(name, work)) return queue;
    return undefined;
  }

  private isOpen(name: string, work: Work): boolean {
    if (name === UNKNOWN && work.route === undefined && work.underWay < MOST_UNKNOWN) return true;
    const route = name === UNKNOWN ? (work.route ?? this.lastRoute) : name;
    if (route === undefined) return false;
    const { limit, underWay } = this.routeOf(route);
    return limit.mayBegin(underWay, this.options.now());
  }

  /** Until the first paused route goes on, unless something happens before. */
  private sleep(): void {
    const now = this.options.now();
    let first = Number.POSITIVE_INFINITY;
    for (const { limit } of this.routes.values()) if (limit.resumesAt > now) first = Math.min(first, limit.resumesAt);
    if (Number.isFinite(first) && this.workspaces.size > 0) this.wake = setTimeout(() => this.pump(), first - now + 1);
  }

  private routeOf(name: string): Route {
    const known = this.routes.get(name);
    if (known) return known;
    const route = { limit: this.options.limitOf(), underWay: 0 };
    this.routes.set(name, route);
    return route;
  }

  private workOf({ workspace, weight, work, share }: Wish): Work {
    const holder = partyOf(this.workspaces, workspace, weight, (weight) => new Workspace(weight));
    return partyOf(holder.inner, work, share, (share) => new Work(share));
  }

  private queueOf(wish: Wish): Waiting[] {
    const routes = this.workOf(wish).inner;
    const known = routes.get(wish.route ?? UNKNOWN);
    if (known) return known;
    const queue: Waiting[] = [];
    routes.set(wish.route ?? UNKNOWN, queue);
    return queue;
  }

  /** Forgets who has nothing under way and nothing waiting. */
  private tidy({ workspace, work, route }: Wish): void {
    const holder = this.workspaces.get(workspace);
    const part = holder?.inner.get(work);
    if (!holder || !part) return;
    if (part.inner.get(route ?? UNKNOWN)?.length === 0) part.inner.delete(route ?? UNKNOWN);
    if (part.inner.size === 0 && part.underWay === 0) holder.inner.delete(work);
    if (holder.inner.size === 0) this.workspaces.delete(workspace);
    if (this.workspaces.size === 0) clearTimeout(this.wake);
  }
}
