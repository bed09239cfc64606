import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { startTestRedis } from '#testing';
import type { Priority } from '../work.js';
import { FairModel } from './fair-model.js';
import { type Lane, SHARE_OF } from './lane.js';
import { Roster } from './roster.js';
import { Schedule, type Scheduled } from './schedule.js';
import type { Ticket } from './ticket.js';

let server: Awaited<ReturnType<typeof startTestRedis>>;
let redis: Redis;
const weights: Record<string, number> = { heavy: 3 };

const work = (id: string, workspace: string, chunks = 4, priority: Priority = 'normal'): Scheduled => ({
  id,
  kind: 'batch',
  workspace,
  priority,
  chunks: Array.from({ length: chunks }, (_, index) => ({ index, firstLine: 0, lines: 100, bytes: 0, sha256: '' })),
});

const job = (id: string, priority: Priority): Scheduled => ({ ...work(id, 'a', 1, priority), kind: 'job' });

const all = ({ chunks }: Scheduled): number[] => chunks.map(({ index }) => index);

let schedule: Schedule;

beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  schedule = new Schedule(redis, (workspace) => weights[workspace] ?? 1);
});

beforeEach(() => redis.flushall());

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const places = (batches: number, worker = 'w'): Promise<void> => new Roster(redis).beat(worker, { jobs: 1, batches });

/** Hands out and finishes, one after the other, until there is nothing more; gives the works in the order of their chunks. */
const drain = async (lane: Lane = 'batches'): Promise<string[]> => {
  const order: string[] = [];
  const out: Ticket[] = [];
  for (;;) {
    out.push(...(await schedule.dispatch(lane)));
    const ticket = out.shift();
    if (!ticket) return order;
    order.push(ticket.work);
    await schedule.done(ticket);
  }
};

const share = (order: readonly string[], id: string): number =>
  order.filter((work) => work.startsWith(id)).length / order.length;

describe('the schedule', () => {
  it('hands out no more than the workers have places for', async () => {
    await places(8);
    await places(8, 'another');
    for (const name of 'abcdefghijklmnop') await schedule.offer(work(name, name, 50), all(work(name, name, 50)));
    expect(await schedule.dispatch('batches')).toHaveLength(16);
    expect(await schedule.dispatch('batches')).toHaveLength(0);
  });

  it('hands out nothing while nobody works', async () => {
    await schedule.offer(work('a', 'a'), [0, 1]);
    expect(await schedule.dispatch('batches')).toEqual([]);
  });

  it('leaves places free for whoever comes next, who begins at once', async () => {
    await places(12);
    await schedule.offer(work('a', 'a', 50), all(work('a', 'a', 50)));
    expect(await schedule.dispatch('batches')).toHaveLength(6);
    await schedule.offer(work('b', 'b', 50), all(work('b', 'b', 50)));
    const second = await schedule.dispatch('batches');
    expect(second.map(({ work }) => work)).toEqual(['b', 'b', 'b', 'b']);
    await schedule.offer(work('c', 'c', 50), all(work('c', 'c', 50)));
    expect(await schedule.dispatch('batches')).toMatchObject([{ work: 'c' }, { work: 'c' }]);
  });

  it('takes workspaces in turn, whoever came first and however much they have', async () => {
    await places(1);
    await schedule.offer(work('a', 'a', 100), all(work('a', 'a', 100)));
    await schedule.offer(work('b', 'b', 10), all(work('b', 'b', 10)));
    expect(share((await drain()).slice(0, 20), 'b')).toBeCloseTo(0.5, 1);
  });

  it('gives a workspace its weight', async () => {
    await places(1);
    await schedule.offer(work('a', 'heavy', 100), all(work('a', 'heavy', 100)));
    await schedule.offer(work('b', 'b', 100), all(work('b', 'b', 100)));
    expect(share((await drain()).slice(0, 100), 'a')).toBeCloseTo(0.75, 1);
  });

  it('gives the works of one workspace their priority, and lets the last of them go on', async () => {
    await places(1);
    for (const priority of ['background', 'normal', 'interactive'] as const)
      await schedule.offer(work(priority, 'a', 100, priority), all(work('', 'a', 100)));
    const order = (await drain()).slice(0, 105);
    expect(share(order, 'interactive')).toBeCloseTo(16 / 21, 1);
    expect(share(order, 'background')).toBeCloseTo(1 / 21, 1);
  });

  it('gives a chunk once, however often it is offered', async () => {
    await places(8);
    const a = work('a', 'a', 3);
    await Promise.all([schedule.offer(a, all(a)), schedule.offer(a, all(a))]);
    const tickets = await schedule.dispatch('batches');
    await schedule.offer(a, all(a));
    expect([...tickets, ...(await schedule.dispatch('batches'))].map(({ chunk }) => chunk)).toEqual([0, 1, 2]);
  });

  it('tells which chunks it does not know, and gives those that wait the weight of now', async () => {
    const [one, heavy] = [work('one', 'a'), work('two', 'b', 400)];
    await places(2);
    expect(await schedule.unknown(one, all(one))).toEqual(all(one));
    await schedule.offer(one, [0, 1, 2]);
    const [ticket] = await schedule.dispatch('batches');
    expect(await schedule.unknown(one, all(one))).toEqual([3]);
    if (ticket) await schedule.done(ticket);
    expect(await schedule.unknown(one, all(one))).toEqual([0, 3]);
    await schedule.withdraw(one);
    expect(await schedule.unknown(one, [1, 2])).toEqual([1, 2]);

    await schedule.offer(heavy, all(heavy));
    weights.b = 3;
    expect(await schedule.unknown(heavy, all(heavy))).toEqual([]);
    delete weights.b;
    expect(await redis.hget('sw:{b}:due:batches:work:two', 'weight')).toBe('3');
  });

  it('gives a chunk anew, under another generation, when it was given back', async () => {
    await places(4);
    await schedule.offer(work('a', 'a'), [3]);
    const [first] = await schedule.dispatch('batches');
    if (!first) throw new Error('nothing was handed out');
    expect(await schedule.giveBack(first)).toBe(true);
    expect(await schedule.giveBack(first)).toBe(false);
    const [second] = await schedule.dispatch('batches');
    expect(second).toMatchObject({ work: 'a', chunk: 3 });
    expect(second?.generation).toBeGreaterThan(first.generation);
  });

  it('does not count what an earlier holder says of it', async () => {
    await places(1);
    await schedule.offer(work('a', 'a'), [3]);
    const [first] = await schedule.dispatch('batches');
    if (!first) throw new Error('nothing was handed out');
    await schedule.giveBack(first);
    await schedule.dispatch('batches');
    await schedule.done(first);
    expect(await schedule.outFor('batches', -1_000)).toHaveLength(1);
  });

  it('hands out nothing more of a work that was withdrawn', async () => {
    await places(1);
    const a = work('a', 'a', 10);
    await schedule.offer(a, all(a));
    const [first] = await schedule.dispatch('batches');
    await schedule.withdraw(a);
    if (first) await schedule.giveBack(first);
    expect(await schedule.dispatch('batches')).toEqual([]);
  });

  it('gives the places of a worker that has left to nobody', async () => {
    await places(8);
    await new Roster(redis).leave('w');
    await schedule.offer(work('a', 'a'), [0]);
    expect(await schedule.dispatch('batches')).toEqual([]);
  });

  it('keeps nothing of works that are done', async () => {
    await places(3);
    for (const name of ['a', 'b', 'c']) await schedule.offer(work(name, name), all(work(name, name)));
    await schedule.offer(job('d', 'normal'), [0]);
    await Promise.all([drain(), drain('jobs')]);
    const left = (await redis.keys('sw:*')).sort();
    expect(left).toEqual(['sw:{b}:due:batches:generation', 'sw:{b}:due:jobs:generation', 'sw:{b}:workers']);
  });

  it('stays small: a full batch that waits takes less than two kilobytes', async () => {
    const a = work('a', 'a', 1_600);
    await schedule.offer(a, all(a));
    const used = await Promise.all((await redis.keys('sw:*')).map((key) => redis.memory('USAGE', key)));
    expect(used.reduce((sum: number, bytes) => sum + Number(bytes), 0)).toBeLessThan(2_048);
  });

  it('lets jobs overtake those of a smaller share, and keeps the order of those of one', async () => {
    await places(1);
    const names = (priority: Priority) => Array.from('zyxwvutsrqponmlkjihgfedcba', (letter) => `${priority} ${letter}`);
    for (const priority of ['background', 'normal'] as const)
      for (const name of names(priority)) await schedule.offer(job(name, priority), [0]);
    await schedule.offer(job('urgent', 'interactive'), [0]);
    const order = await drain('jobs');
    expect(order.indexOf('urgent')).toBeLessThan(3);
    expect(share(order.slice(0, 25), 'normal')).toBeCloseTo(4 / 5, 1);
    for (const priority of ['background', 'normal'] as const)
      expect(order.filter((id) => id.startsWith(priority))).toEqual(names(priority));
  });

  it('makes nobody wait behind jobs that were withdrawn', async () => {
    await places(1);
    const names = Array.from({ length: 40 }, (_, at) => `job ${at}`);
    for (const name of names) await schedule.offer(job(name, 'background'), [0]);
    for (const name of names) await schedule.withdraw(job(name, 'background'));
    for (const name of names.slice(0, 4)) await schedule.offer(job(name, 'normal'), [0]);
    await schedule.offer(job('late', 'background'), [0]);
    for (const name of names.slice(4)) await schedule.offer(job(name, 'normal'), [0]);
    expect((await drain('jobs')).indexOf('late')).toBeLessThan(12);
  });

  it('does what the model does, whatever happens in whatever order', async () => {
    const names = ['a', 'b', 'heavy'];
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('offer' as const),
        name: fc.constantFrom(...names),
        work: fc.nat(2),
        chunks: fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }),
        priority: fc.constantFrom<Priority>('interactive', 'normal', 'background'),
      }),
      fc.record({ kind: fc.constantFrom('dispatch' as const, 'done' as const, 'return' as const), pick: fc.nat(20) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), async (steps, count) => {
        await redis.flushall();
        await places(count);
        const model = new FairModel(count);
        const out: Ticket[] = [];
        for (const step of steps) {
          if (step.kind === 'offer') {
            const offered = work(`${step.name}${step.work}`, step.name, 6, step.priority);
            const weight = weights[step.name] ?? 1;
            model.offer({ ...offered, weight, share: SHARE_OF[step.priority], cost: 100 }, step.chunks);
            await schedule.offer(offered, step.chunks);
          } else if (step.kind === 'dispatch') {
            const handedOut = await schedule.dispatch('batches');
            expect(handedOut.map(({ work, chunk }) => `${work}/${chunk}`)).toEqual(model.dispatch());
            out.push(...handedOut);
          } else {
            const [ticket] = out.splice(step.pick % Math.max(1, out.length), 1);
            if (!ticket) continue;
            model[step.kind](`${ticket.work}/${ticket.chunk}`);
            await (step.kind === 'done' ? schedule.done(ticket) : schedule.giveBack(ticket));
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});
