import { writeFile } from 'node:fs/promises';
import { CATALOGUE } from './catalogue.js';
import { type Experiment, perform, type Performance } from './experiment.js';
import { type Options, readOptions, USAGE } from './options.js';
import { tableOf } from './table.js';

const chosen = ({ only, quick }: Options): readonly Experiment[] => {
  const unknown = only?.find((id) => !CATALOGUE.some((experiment) => experiment.id === id));
  if (unknown !== undefined) throw new Error(`there is no experiment "${unknown}"`);
  return CATALOGUE.filter(({ id, tier }) => only?.includes(id) ?? (!quick || tier === 'quick'));
};

const run = async (options: Options, experiments: readonly Experiment[]): Promise<void> => {
  const performances: Performance[] = [];
  // One after the other: they measure, and would measure each other.
  for (const experiment of experiments) {
    process.stderr.write(`${experiment.id} ${experiment.title} …\n`);
    performances.push(await perform(experiment, !options.quick));
  }
  const failed = performances.filter(({ ok }) => !ok).length;
  console.log(tableOf(performances));
  console.log(`\n${performances.length} experiments, ${failed} failed`);
  if (options.json !== undefined) await writeFile(options.json, JSON.stringify(performances, null, 2));
  if (failed > 0) process.exitCode = 1;
};

/** Undefined when the command line is wrong, which has been said then. */
const understood = (args: readonly string[]): { options: Options; experiments: readonly Experiment[] } | undefined => {
  try {
    const options = readOptions(args);
    return { options, experiments: chosen(options) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
};

const asked = understood(process.argv.slice(2));
if (asked) await run(asked.options, asked.experiments);
else process.exitCode = 2;
