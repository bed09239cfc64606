import { benchBatches, chosenBatches } from './batches/run.js';
import { Bench } from './bench.js';
import { Contender } from './contender.js';
import { engineTable } from './engine.js';
import type { Figure } from './figure.js';
import { type Options, readOptions, USAGE } from './options.js';
import { Stage } from './processes/stage.js';
import { tellWhereTimeGoes } from './profile/profile.js';
import { featuresOf } from './report/features.js';
import { thisMachine } from './report/machine.js';
import { writeResult } from './report/result.js';
import { tableOf } from './report/table.js';
import { idle } from './scenarios/idle.js';
import { large } from './scenarios/large.js';
import type { Scenario } from './scenarios/scenario.js';
import { small } from './scenarios/small.js';
import { stream } from './scenarios/stream.js';

const SCENARIOS: readonly Scenario[] = [small, large, stream, idle];

const chosen = ({ only }: Options): readonly Scenario[] => {
  const unknown = only?.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown !== undefined) throw new Error(`there is no scenario "${unknown}"`);
  return SCENARIOS.filter(({ name }) => only?.includes(name) ?? true);
};

const openBench = async (stage: Stage, { timing }: Options): Promise<Bench> => {
  const contenders = [
    new Contender('direct', stage.upstream),
    new Contender('minimal', await stage.startProxy('minimal')),
    new Contender('switchyard', await stage.startProxy('switchyard')),
  ];
  return new Bench(stage, contenders, timing);
};

const measureAll = async (bench: Bench, scenarios: readonly Scenario[]): Promise<Figure[]> => {
  const figures: Figure[] = [];
  for (const { name, run } of scenarios) {
    process.stderr.write(`${name} …\n`);
    figures.push(...(await run(bench)));
  }
  return figures;
};

const report = async (bench: Bench, scenarios: readonly Scenario[], options: Options): Promise<void> => {
  const startedAt = new Date();
  const machine = thisMachine();
  const features = await featuresOf(bench.stage);
  const figures = await measureAll(bench, scenarios);
  const tookSeconds = Math.round((Date.now() - startedAt.getTime()) / 1000);
  const result = { at: startedAt.toISOString(), tookSeconds, machine, timing: options.timing, features, figures };
  const files = await writeResult(result.at, result, options.json);
  const list = (on: boolean): string =>
    features
      .filter((feature) => feature.on === on)
      .map(({ name }) => name)
      .join(', ');
  console.log(tableOf(figures));
  console.log(`\nSwitchyard: on: ${list(true)}. Off: ${list(false)}.`);
  console.log(
    `Machine: ${machine.cores} × ${machine.cpu}, ${machine.platform}, Node ${machine.node}, load before ${machine.loadBefore}.`,
  );
  console.log(
    `Medians of ${options.timing.rounds} rounds (least–most), ${tookSeconds} s in all. Written to ${files.join(', ')}`,
  );
};

const run = async (options: Options, scenarios: readonly Scenario[]): Promise<void> => {
  const stage = await Stage.open();
  try {
    const bench = await openBench(stage, options);
    if (options.profile)
      await tellWhereTimeGoes(
        bench,
        scenarios.map(({ name }) => name),
      );
    else await report(bench, scenarios, options);
  } finally {
    await stage.close();
  }
};

/** Undefined when the command line is wrong, which has been said then. */
const understood = (args: readonly string[]): { options: Options; scenarios: readonly Scenario[] } | undefined => {
  try {
    const options = readOptions(args);
    if (options.batches) chosenBatches(options.only);
    return { options, scenarios: options.batches ? [] : chosen(options) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
};

const asked = understood(process.argv.slice(2));
if (asked?.options.engine) console.log(engineTable());
else if (asked?.options.batches) await benchBatches(asked.options);
else if (asked) await run(asked.options, asked.scenarios);
else process.exitCode = 2;
