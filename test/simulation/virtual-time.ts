interface Event {
  at: number;
  /** Events of one moment happen in the order in which they were planned. */
  order: number;
  happen: () => void;
}

const isBefore = (one: Event, other: Event): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

/** A clock that stands still between events, and goes from one to the next at once. */
export class VirtualTime {
  now = 0;
  private order = 0;
  private readonly heap: Event[] = [];

  after(ms: number, happen: () => void): void {
    this.push({ at: this.now + Math.max(0, ms), order: this.order++, happen });
  }

  /** Until so many milliseconds, or until nothing is left to happen. */
  run(until: number): void {
    for (let next = this.pop(until); next; next = this.pop(until)) {
      this.now = next.at;
      next.happen();
    }
    this.now = Math.max(this.now, until);
  }

  private push(event: Event): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!parent || !isBefore(event, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  private pop(until: number): Event | undefined {
    const [first] = this.heap;
    if (!first || first.at > until) return undefined;
    const last = this.heap.pop();
    if (last && last !== first) this.sink(last);
    return first;
  }

  private sink(event: Event): void {
    const { heap } = this;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      if (!one) break;
      const below = other && isBefore(other, one) ? left + 1 : left;
      const child = heap[below];
      if (!child || !isBefore(child, event)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = event;
  }
}
