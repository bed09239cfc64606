import { once } from 'node:events';
import { type SimulatorOptions, startSimulator } from './simulator.js';

/** Where `switchyard simulator` listens unless it is told otherwise. */
const DEFAULT_PORT = 8081;

/**
 * Runs a simulator in the foreground until SIGTERM or SIGINT. Prints one line when it is ready, and nothing for a call.
 * Resolves once it has stopped; rejects when it cannot start.
 */
export const runSimulator = async (options: SimulatorOptions = {}): Promise<void> => {
  const simulator = await startSimulator({ ...options, port: options.port ?? DEFAULT_PORT });
  const asked = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  process.stdout.write(`switchyard simulator is ready on ${simulator.url}\n`);
  await asked;
  await simulator.close();
};
