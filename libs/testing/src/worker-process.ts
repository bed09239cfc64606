import type { ConfigFile } from './config-file.js';
import { SwitchyardProcess } from './switchyard-process.js';
import type { Section } from './test-config.js';

const LAUNCH = { role: 'worker', args: ['--port', '0'], ready: /^switchyard worker ready\b.*, health on (\S+)$/ };

/** A worker in a process of its own, as an operator would run it. */
export class WorkerProcess extends SwitchyardProcess {
  /** Where it tells of its health, and its metrics. */
  url = '';

  /** Resolves when it is ready to take work. A file that was given is left to its giver. */
  static async start(config: Section | ConfigFile, env: NodeJS.ProcessEnv = {}): Promise<WorkerProcess> {
    const { file, isOwn } = await SwitchyardProcess.fileFor(config);
    const worker = new WorkerProcess(LAUNCH, file, env);
    if (isOwn) void worker.exited.then(() => file.remove());
    worker.url = (await worker.ready())[1] ?? '';
    return worker;
  }
}
