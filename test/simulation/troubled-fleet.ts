import type { Deployment } from '#core';
import { afterCalm, afterTheLast } from './afterwards.js';
import { deploymentAt, routeTo } from './deployments.js';
import { drawHabits, drawJumps, drawPlacements, drawTroubles, drawWaitMs } from './draw.js';
import type { Sights } from './health-judge.js';
import { Judge } from './judge.js';
import { Notes, type Trace } from './notes.js';
import { among, seeded } from './random.js';
import { RefusalBook } from './refusal-book.js';
import { replicas } from './replicas.js';
import { sum, type Tally } from './tally.js';
import { Traffic } from './traffic.js';
import { Upstream } from './upstream.js';
import { VirtualTime } from './virtual-time.js';

/** All troubles are over by then. */
const CALM_AT = 150_000;
/** The longest that anything is held against a deployment, a credential that was refused again and again aside, is ten minutes. */
const END_AT = CALM_AT + 13 * 60_000;
/** What is under way at the end is over then. */
const REST_MS = 10 * 60_000;

/** What went wrong under a seed; nothing, if all is well. */
export interface Finding {
  violations: readonly string[];
  tally: Tally;
  sights: Sights;
}

/** Runs one fleet through random troubles, and looks at every choice. */
export const runTroubled = (seed: number, trace?: Trace): Finding => {
  const random = seeded(seed);
  const time = new VirtualTime();
  const deployments = drawPlacements(random).map(deploymentAt);
  const troubles = drawTroubles(random, deployments.length, CALM_AT);
  const upstreams = new Map(
    deployments.map((deployment, at) => {
      const manners = { firstByteMs: 200 + random() * 800, troubles: troubles[at] ?? [], isPlain: random() < 0.2 };
      return [deployment, new Upstream(deployment, { time, random }, manners)];
    }),
  );
  const route = routeTo(deployments, random() < 0.5 ? 'prefix' : 'none', drawWaitMs(random));
  const fleet = replicas(1 + Math.floor(random() * 3), time, random);
  const notes = new Notes(time, trace);
  const book = new RefusalBook(
    fleet.map(({ clock }) => clock),
    time,
  );
  const judge = new Judge({ replicas: fleet, route, time, notes, book });
  const choosers = fleet.map(({ engine }) => engine);
  const world = { time, random, route, upstreams, choosers, habits: drawHabits(random), watcher: judge };
  const conversations = 4 + Math.floor(random() * 12);
  const traffic = new Traffic({ ...world, conversations, thinkMs: 4_000, lastsMs: 3_000 });
  // One in ten sees a rush while things go wrong, which is when a budget for retries matters.
  const rush = new Traffic({ ...world, conversations: random() < 0.1 ? 100 : 0, thinkMs: 1_500, lastsMs: 500 });
  time.after(CALM_AT, () => rush.stop());

  const jumps = drawJumps(random, CALM_AT);
  for (const { at, ms } of jumps)
    time.after(at, () => {
      const replica = Math.floor(random() * fleet.length);
      fleet[replica]?.clock.jump(ms);
      judge.jumped(replica, ms);
    });
  const enable = (deployment: Deployment): void => {
    const replica = Math.floor(random() * fleet.length);
    fleet[replica]?.engine.enable(deployment.provider.name, deployment.credential);
    judge.enabled(replica, deployment);
  };
  // Some operators are too early, and the key is not mended yet.
  if (random() < 0.3)
    for (let at = 0; at < 3; at++) time.after(random() * CALM_AT, () => enable(among(random, deployments)));
  // A clock that goes ahead lets a key be refused again and again, which is remembered for an hour, unless whoever mends it says so.
  if (jumps.length > 0 || random() < 0.5) time.after(CALM_AT, () => deployments.forEach(enable));

  time.run(END_AT);
  const remains = { route, engines: choosers, notes };
  afterCalm(remains, { upstreams, beginnings: traffic.beginnings, endedAt: END_AT });
  traffic.stop();
  time.run(END_AT + REST_MS);
  afterTheLast(remains);
  return { violations: notes.violations, tally: sum(traffic.tally, rush.tally), sights: judge.sights };
};
