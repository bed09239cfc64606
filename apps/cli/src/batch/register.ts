import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Surroundings } from '../surroundings.js';
import type { ListOptions } from './list.js';
import type { ResultsOptions } from './results.js';
import type { PrintOptions } from './status.js';
import type { SubmitOptions } from './submit.js';
import { type Terminal, terminalOf } from './terminal.js';
import type { WaitOptions } from './watch/watch.js';

const limit = (text: string): number => {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number above 0.');
};

const idempotencyKey = (text: string): string => {
  if (/^[\u0021-\u007e]{1,255}$/.test(text)) return text;
  throw new InvalidArgumentError('Write at most 255 letters, digits and signs of ASCII.');
};

const webhook = (text: string): string => {
  if (/^https?:\/\/[\u0021-\u007e]+$/.test(text)) return text;
  throw new InvalidArgumentError('Write a URL that begins with https:// or http://.');
};

const ID = ['<id>', 'the id that submit printed: msgbatch_…'] as const;
const JSON_FLAG = ['--json', 'print JSON'] as const;
const FAIL_FLAG = ['--fail-on-error', 'exit with 1 when a request has not succeeded'] as const;

/** The subcommands, each with what all of them take. */
class BatchCommands {
  constructor(
    private readonly batch: Command,
    private readonly terminal: Terminal,
    private readonly done: (code: number) => void,
  ) {}

  addSubmit(): void {
    this.add('submit', 'hand in a batch')
      .argument('<file>', 'one request a line, or {"requests": […]}; - is standard input')
      .description(
        'Checks a file of requests and hands it in as one batch; prints its id. A line is {"custom_id": …, "params": {…}}, or a ' +
          'Messages request, which is then called line-1, line-2 and so on.',
      )
      .option('--wait', 'stay until it has ended, and show how far it is')
      .option(...FAIL_FLAG)
      .option('--model <name>', 'ask this model, whichever the requests name')
      .option('--webhook <url>', 'called when the batch has ended', webhook)
      .addOption(
        new Option('--priority <priority>', 'among the batches of the workspace').choices([
          'interactive',
          'normal',
          'background',
        ]),
      )
      .option('--idempotency-key <key>', 'the same key gives the same batch for 24 hours', idempotencyKey)
      .option(...JSON_FLAG)
      .action(async (file: string, options: SubmitOptions) => {
        const { submit } = await import('./submit.js');
        this.done(await submit(file, options, this.terminal));
      });
  }

  addStatus(): void {
    this.add('status', 'how far a batch is')
      .argument(...ID)
      .option(...JSON_FLAG)
      .action(async (id: string, options: PrintOptions) => {
        const { status } = await import('./status.js');
        this.done(await status(id, options, this.terminal));
      });
  }

  addWatch(): void {
    this.add('watch', 'stay until a batch has ended')
      .argument(...ID)
      .description(
        'Shows how far a batch is until it has ended. Ctrl-C leaves it running; the exit code is then 130. With --json, a line ' +
          'for every change.',
      )
      .option(...FAIL_FLAG)
      .option(...JSON_FLAG)
      .action(async (id: string, options: WaitOptions) => {
        const { watch } = await import('./watch/watch.js');
        this.done(await watch(id, options, this.terminal));
      });
  }

  addResults(): void {
    this.add('results', 'fetch the results of a batch that has ended')
      .argument(...ID)
      .requiredOption('-o, --output <file>', 'where they go, a result a line; - is standard output')
      .option('--force', 'replace the file if it is there')
      .option('--json', 'print the summary as JSON')
      .action(async (id: string, options: ResultsOptions) => {
        const { results } = await import('./results.js');
        this.done(await results(id, options, this.terminal));
      });
  }

  addCancel(): void {
    this.add('cancel', 'end a batch early')
      .argument(...ID)
      .description('Ends a batch early. What is under way may still succeed; what has succeeded stays.')
      .option(...JSON_FLAG)
      .action(async (id: string, options: PrintOptions) => {
        const { cancel } = await import('./status.js');
        this.done(await cancel(id, options, this.terminal));
      });
  }

  addList(): void {
    this.add('list', 'the batches of the workspace')
      .option('--limit <number>', 'how many of the newest', limit, 20)
      .option('--all', 'every one')
      .option(...JSON_FLAG)
      .action(async (options: ListOptions) => {
        const { list } = await import('./list.js');
        this.done(await list(options, this.terminal));
      });
  }

  private add(name: string, summary: string): Command {
    return this.batch
      .command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .option('--gateway <url>', "the gateway; else SWITCHYARD_URL, else the configuration's own address")
      .option(
        '-c, --config <file>',
        'the configuration that tells the gateway and the key, where the environment does not',
      );
  }
}

/** Adds `batch` and its subcommands. `done` is told the exit code. */
export const addBatch = (program: Command, surroundings: Surroundings, done: (code: number) => void): void => {
  const batch = program
    .command('batch')
    .summary('answer many requests later')
    .description(
      'Hands in up to 100,000 requests at once and fetches their results. The key is that of SWITCHYARD_API_KEY, else the first ' +
        'of the configuration.',
    );
  const commands = new BatchCommands(batch, terminalOf(surroundings), done);
  commands.addSubmit();
  commands.addStatus();
  commands.addWatch();
  commands.addResults();
  commands.addCancel();
  commands.addList();
  for (const command of batch.commands) command.copyInheritedSettings(program);
};
