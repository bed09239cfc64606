import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench } from '../bench.js';
import { closedLoop } from '../load/closed-loop.js';
import { conversation } from '../requests/conversation.js';
import type { MessagesRequest } from '../requests/messages-request.js';
import { shortQuestion } from '../requests/short.js';
import { type CpuProfile, type SelfTime, selfTimeOf } from './self-time.js';

const FOR_MS = 5000;
const SHOWN = 40;

interface Profiled {
  scenario: string;
  /** Its unit is what times are divided by. */
  unit: string;
  unitsPerCall: number;
  callers: number;
  request: MessagesRequest;
}

const PROFILED: Readonly<Record<string, Profiled>> = {
  small: { scenario: 'small JSON', unit: 'request', unitsPerCall: 1, callers: 32, request: shortQuestion('tokens=40') },
  large: {
    scenario: '1 MB conversation',
    unit: 'request',
    unitsPerCall: 1,
    callers: 8,
    request: conversation('tokens=60'),
  },
  stream: {
    scenario: 'stream, 100 events in 1 s',
    unit: 'event',
    unitsPerCall: 100,
    callers: 150,
    request: shortQuestion('tokens=94;gap=10', { stream: true }),
  },
};

/** Microseconds a unit, per contender. */
type PerUnit = Readonly<Record<'minimal' | 'switchyard', SelfTime & { units: number }>>;

const profileOne = async (bench: Bench, { request, callers, unitsPerCall }: Profiled): Promise<PerUnit> => {
  const workload = await bench.prepare(request, callers);
  const found: Record<string, SelfTime & { units: number }> = {};
  for (const contender of bench.contenders.filter(({ name }) => name !== 'direct')) {
    const file = join(bench.stage.folder, `${contender.name}.cpuprofile`);
    await contender.process.startProfile();
    const tally = await closedLoop(workload.on(contender), { callers, forMs: FOR_MS });
    await contender.process.stopProfile(file);
    const profile = JSON.parse(await readFile(file, 'utf8')) as CpuProfile;
    found[contender.name] = { ...selfTimeOf(profile), units: tally.calls * unitsPerCall };
  }
  return found as PerUnit;
};

const listing = (kind: 'byGroup' | 'byFunction', { minimal, switchyard }: PerUnit): string[] => {
  const keys = [...new Set([...switchyard[kind].keys(), ...minimal[kind].keys()])];
  const per = (one: SelfTime & { units: number }, key: string): number => (one[kind].get(key) ?? 0) / one.units;
  return keys
    .map((key) => ({ key, ours: per(switchyard, key), theirs: per(minimal, key) }))
    .sort((one, other) => other.ours - one.ours)
    .slice(0, SHOWN)
    .map(({ key, ours, theirs }) => `${theirs.toFixed(2).padStart(10)}${ours.toFixed(2).padStart(12)}  ${key}`);
};

/** Prints the self time of each package and function, for the minimal proxy and for Switchyard, by scenario. Profiling slows both. */
export const tellWhereTimeGoes = async (bench: Bench, names: readonly string[]): Promise<void> => {
  for (const [name, profiled] of Object.entries(PROFILED)) {
    if (!names.includes(name)) continue;
    const found = await profileOne(bench, profiled);
    console.log(`\n${profiled.scenario}: µs of self time per ${profiled.unit}\n`);
    const head = `${'minimal'.padStart(10)}${'Switchyard'.padStart(12)}`;
    console.log([head, ...listing('byGroup', found), '', head, ...listing('byFunction', found)].join('\n'));
  }
};
