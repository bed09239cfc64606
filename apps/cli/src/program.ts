import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { addBatch } from './batch/register.js';
import type { ExplainOptions } from './explain/explain.js';
import { explainFailure } from './failure.js';
import { leaveWithParent } from './leave-with-parent.js';
import type { Surroundings } from './surroundings.js';

// Everything else is imported by the command that needs it, so that `--help` does not wait for a server to load.

const port = (text: string): number => {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError('Write a port from 0 to 65535; 0 takes any free one.');
};

const whole = (text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number.');
};

const CONFIG = ['-c, --config <file>', 'the configuration; else SWITCHYARD_CONFIG, else ./switchyard.yaml'] as const;

const addUp = (program: Command, surroundings: Surroundings, done: (code: number) => void): void => {
  program
    .command('up')
    .summary('run everything on this machine')
    .description(
      'Runs everything on this machine: the Redis of REDIS_URL or else one of its own with its data under ./data, a gateway and a worker. ' +
        'Without a configuration it runs examples/simulator.yaml against simulated upstreams. Ctrl-C stops it all.',
    )
    .option(...CONFIG)
    .option('-p, --port <number>', 'where the gateway listens; the next free port is taken if this one is not', port)
    .option('--host <address>', 'the address to listen on')
    .action(async (options: { config?: string; port?: number; host?: string }) => {
      const { up } = await import('./up/up.js');
      done(await up(options, surroundings));
    });
};

const addGateway = (program: Command): void => {
  program
    .command('gateway')
    .summary('run one gateway')
    .description('Runs one gateway in the foreground, until SIGTERM. Prints one line when it is ready, then its log.')
    .option(...CONFIG)
    .option('-p, --port <number>', "the port to listen on, instead of the configuration's", port)
    .option('--host <address>', "the address to listen on, instead of the configuration's")
    .action(async (options: { config?: string; port?: number; host?: string }) => {
      leaveWithParent();
      const { runGateway } = await import('../../gateway/src/main.js');
      await runGateway(options);
    });
};

const addWorker = (program: Command): void => {
  program
    .command('worker')
    .summary('run one worker')
    .description(
      'Runs one worker for jobs and batches in the foreground, until SIGTERM. Prints one line when it is ready, then its log.',
    )
    .option(...CONFIG)
    .option('-p, --port <number>', 'answer /health and /metrics on this port; without it, nowhere', port)
    .option('--host <address>', "the address for that, instead of the configuration's")
    .action(async (options: { config?: string; port?: number; host?: string }) => {
      leaveWithParent();
      const { runWorker } = await import('../../worker/src/main.js');
      await runWorker(options);
    });
};

const addSimulator = (program: Command): void => {
  program
    .command('simulator')
    .summary('run a simulated upstream')
    .description('Runs an upstream to develop and test against, in the foreground, until SIGTERM.')
    .option('-p, --port <number>', 'the port to listen on, instead of 8081', port)
    .option('--host <address>', 'the address to listen on, instead of 127.0.0.1')
    .option('--seed <number>', 'makes its answers and faults the same each time', whole)
    .action(async (options: { port?: number; host?: string; seed?: number }) => {
      leaveWithParent();
      const { runSimulator } = await import('../../simulator/src/main.js');
      await runSimulator(options);
    });
};

const addCheck = (program: Command, surroundings: Surroundings, done: (code: number) => void): void => {
  program
    .command('check')
    .summary('validate the configuration')
    .description('Validates the configuration: lists every fault with its place and cure, or what the file amounts to.')
    .option(...CONFIG)
    .option('--live', 'call each provider once with each of its credentials')
    .option('--json', 'print JSON')
    .action(async (options: { config?: string; live?: boolean; json?: boolean }) => {
      const { check } = await import('./check/check.js');
      done(await check(options, surroundings));
    });
};

const addExplain = (program: Command, surroundings: Surroundings, done: (code: number) => void): void => {
  program
    .command('explain')
    .argument('<model>', 'a model or an alias of one')
    .summary('where would this call go now, and why')
    .description(
      'Asks a running gateway where a call would go now, and why: the order in which upstreams would be tried, and what is ' +
        'left out for which reason. Nothing is sent upstream. Needs admin_key in the configuration; the demonstration has one.',
    )
    .option(...CONFIG)
    .option('--gateway <url>', "the gateway to ask, instead of the configuration's own address")
    .option('--affinity <key>', 'the conversation that the call belongs to')
    .option('--input-tokens <number>', 'the length of the prompt', whole)
    .option('--json', 'print JSON')
    .action(async (model: string, options: ExplainOptions) => {
      const { explain } = await import('./explain/explain.js');
      done(await explain(model, options, surroundings));
    });
};

const versionOf = (root: string): string =>
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;

/** Runs one command line. Resolves to the exit code: 0 done, 1 failed, 2 wrong usage. */
export const runCommand = async (args: readonly string[], surroundings: Surroundings): Promise<number> => {
  let code = 0;
  const done = (result: number): void => {
    code = result;
  };
  const program = new Command('switchyard')
    .description('A self-hosted routing service for LLM calls.')
    .version(versionOf(surroundings.root))
    .showHelpAfterError('(switchyard --help lists what there is)')
    .exitOverride();
  addUp(program, surroundings, done);
  addGateway(program);
  addWorker(program);
  addSimulator(program);
  addCheck(program, surroundings, done);
  addExplain(program, surroundings, done);
  addBatch(program, surroundings, done);
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    surroundings.complain(explainFailure(error));
    return 1;
  }
};
