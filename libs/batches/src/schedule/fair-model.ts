/** A work as the model of the schedule sees it. */
interface ModelWork {
  id: string;
  workspace: string;
  weight: number;
  share: number;
  cost: number;
}

/** One of several that take turns: who has the smallest tag is next. */
class Turns {
  private readonly tags = new Map<string, number>();

  join(name: string): void {
    if (!this.tags.has(name)) this.tags.set(name, Math.min(...this.tags.values(), Number.POSITIVE_INFINITY));
    if (this.tags.get(name) === Number.POSITIVE_INFINITY) this.tags.set(name, 0);
  }

  /** By tag, then by name, as a sorted set has them. */
  inOrder(): string[] {
    return [...this.tags].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)).map(([name]) => name);
  }

  tag(name: string): number {
    return this.tags.get(name) ?? 0;
  }

  raise(name: string, tag: number): void {
    this.tags.set(name, Math.max(tag, this.tag(name)));
  }

  leave(name: string): void {
    this.tags.delete(name);
  }
}

/** What the scripts of the schedule do, said once more and without Redis. The tests compare the two. */
export class FairModel {
  private readonly workspaces = new Turns();
  private readonly works = new Map<string, Turns>();
  private readonly about = new Map<string, ModelWork>();
  private readonly waiting = new Map<string, Set<number>>();
  /** `<work>/<chunk>` to its workspace. */
  private readonly out = new Map<string, string>();

  constructor(private readonly places: number) {}

  offer(work: ModelWork, chunks: readonly number[]): void {
    this.about.set(work.id, work);
    for (const chunk of chunks) if (!this.out.has(`${work.id}/${chunk}`)) this.wait(work.id, work.workspace, chunk);
  }

  dispatch(): string[] {
    const parties = new Set([...this.workspaces.inOrder(), ...this.out.values()]).size;
    const most = Math.ceil(this.places / (parties + 1));
    const handedOut: string[] = [];
    while (this.out.size < this.places) {
      const next = this.next(most);
      if (next === undefined) break;
      handedOut.push(next);
    }
    return handedOut;
  }

  done(entry: string): void {
    this.out.delete(entry);
  }

  return(entry: string): void {
    const workspace = this.out.get(entry);
    this.out.delete(entry);
    const [work = '', chunk] = entry.split('/');
    if (workspace !== undefined) this.wait(work, workspace, Number(chunk));
  }

  private next(most: number): string | undefined {
    const passed: string[] = [];
    for (const workspace of this.workspaces.inOrder()) {
      if ([...this.out.values()].filter((holder) => holder === workspace).length >= most) {
        passed.push(workspace);
        continue;
      }
      for (const other of passed) this.workspaces.raise(other, this.workspaces.tag(workspace));
      const entry = this.nextOf(workspace);
      return entry ?? this.next(most);
    }
    return undefined;
  }

  private nextOf(workspace: string): string | undefined {
    const works = this.works.get(workspace) ?? new Turns();
    for (const id of works.inOrder()) {
      const chunk = Math.min(...(this.waiting.get(id) ?? []));
      const work = this.about.get(id);
      if (!work || !Number.isFinite(chunk)) {
        works.leave(id);
        continue;
      }
      this.waiting.get(id)?.delete(chunk);
      works.raise(id, works.tag(id) + work.cost / work.share);
      this.workspaces.raise(workspace, this.workspaces.tag(workspace) + work.cost / work.weight);
      this.out.set(`${id}/${chunk}`, workspace);
      return `${id}/${chunk}`;
    }
    this.workspaces.leave(workspace);
    return undefined;
  }

  private wait(id: string, workspace: string, chunk: number): void {
    this.waiting.set(id, (this.waiting.get(id) ?? new Set()).add(chunk));
    this.workspaces.join(workspace);
    const works = this.works.get(workspace) ?? new Turns();
    this.works.set(workspace, works);
    works.join(id);
  }
}
