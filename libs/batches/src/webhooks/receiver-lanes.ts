/** Deliveries under way at once, to all receivers together. */
const MOST_AT_ONCE = 128;
/** What one receiver has waiting here at most. */
const LANE_LENGTH = 128;
/** A receiver with more than so many waiting is behind: then speed matters more than order. */
const BEHIND = 64;
const WIDTH_WHEN_BEHIND = 8;

const SHORTEST_PARK_MS = 1_000;
const LONGEST_PARK_MS = 300_000;

interface Lane<Item> {
  waiting: Item[];
  running: number;
  /** Of the last delivery: whether it went well, and how long it took. */
  isWell: boolean;
  tookMs: number;
}

/**
 * Deliveries in their order, one at a time for each receiver; so one that is slow, or does not answer, keeps nobody else waiting. A
 * receiver that answers well and is behind gets several at once.
 */
export class ReceiverLanes<Item extends { readonly id: string; readonly receiver: string }> {
  private readonly lanes = new Map<string, Lane<Item>>();
  private readonly known = new Set<string>();
  private readonly running = new Set<Promise<void>>();

  /** `deliver` never rejects, and resolves to whether it went well. */
  constructor(private readonly deliver: (item: Item) => Promise<boolean>) {}

  /** What waits or is under way. */
  get ids(): ReadonlySet<string> {
    return this.known;
  }

  /** Resolves to 0, or when there is no room to after how long there may be some, in milliseconds. */
  add(item: Item): number {
    const { receiver, id } = item;
    const lane = this.lanes.get(receiver) ?? { waiting: [], running: 0, isWell: true, tookMs: 0 };
    if (lane.waiting.length >= LANE_LENGTH)
      return Math.min(Math.max(lane.waiting.length * lane.tookMs, SHORTEST_PARK_MS), LONGEST_PARK_MS);
    this.lanes.set(receiver, lane);
    lane.waiting.push(item);
    this.known.add(id);
    this.pump();
    return 0;
  }

  /** Forgets what waits. */
  clear(): void {
    for (const [receiver, lane] of this.lanes) {
      for (const { id } of lane.waiting.splice(0)) this.known.delete(id);
      if (lane.running === 0) this.lanes.delete(receiver);
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private pump(): void {
    for (const lane of this.lanes.values()) {
      const width = lane.isWell && lane.waiting.length > BEHIND ? WIDTH_WHEN_BEHIND : 1;
      while (lane.running < width && this.running.size < MOST_AT_ONCE) {
        const item = lane.waiting.shift();
        if (!item) break;
        this.start(lane, item);
      }
      if (this.running.size >= MOST_AT_ONCE) return;
    }
  }

  private start(lane: Lane<Item>, item: Item): void {
    lane.running++;
    const delivery = this.run(lane, item).finally(() => {
      this.running.delete(delivery);
      this.pump();
    });
    this.running.add(delivery);
  }

  private async run(lane: Lane<Item>, item: Item): Promise<void> {
    const begun = performance.now();
    lane.isWell = await this.deliver(item);
    lane.tookMs = performance.now() - begun;
    lane.running--;
    this.known.delete(item.id);
    // Whoever had a place is the last to get the next one.
    this.lanes.delete(item.receiver);
    if (lane.running > 0 || lane.waiting.length > 0) this.lanes.set(item.receiver, lane);
  }
}
