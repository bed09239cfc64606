import { access } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Config, configFile, loadConfig } from '#platform';
import type { Surroundings } from '../surroundings.js';
import { DEMO_ADMIN_KEY, DEMO_KEY, demoKey } from './demo-key.js';
import { freePort } from './free-port.js';

/** Where our own data lives, below the working directory. */
export const DATA_FOLDER = 'data';

/** Stands for the Redis that is yet to be had; nothing can listen there. */
const REDIS_TO_COME = 'redis://127.0.0.1:0';

/** What will be run. */
export interface Plan {
  file: string;
  config: Config;
  /** For every process that is started. */
  env: NodeJS.ProcessEnv;
  /** Whether the configuration leaves it to us which Redis it is. */
  wantsRedis: boolean;
  /** Set when simulated upstreams take the place of real ones. */
  demo: Demo | undefined;
}

interface Demo {
  key: string;
  simulatorPort: number;
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const planDemo = async (env: NodeJS.ProcessEnv): Promise<{ demo: Demo; env: NodeJS.ProcessEnv }> => {
  const demo = { key: await demoKey(DATA_FOLDER, DEMO_KEY), simulatorPort: await freePort() };
  return {
    demo,
    env: {
      ...env,
      SIMULATOR_URL: `http://127.0.0.1:${demo.simulatorPort}`,
      SWITCHYARD_DEMO_KEY: demo.key,
      SWITCHYARD_DEMO_ADMIN_KEY: await demoKey(DATA_FOLDER, DEMO_ADMIN_KEY),
    },
  };
};

/**
 * Decides which configuration runs and checks it before anything is started: the one that was named, else `./switchyard.yaml`,
 * else the example with simulated upstreams. Throws `ConfigError`.
 */
export const makePlan = async (named: string | undefined, { root, env }: Surroundings): Promise<Plan> => {
  const own = configFile(named, env);
  const isNamed = Boolean(named || env.SWITCHYARD_CONFIG);
  const demonstrates = !isNamed && !(await exists(own));
  const file = demonstrates ? relative(process.cwd(), join(root, 'examples/simulator.yaml')) : own;
  const { demo, env: filled } = demonstrates ? await planDemo(env) : { demo: undefined, env };
  const config = await loadConfig(file, { ...filled, REDIS_URL: filled.REDIS_URL || REDIS_TO_COME });
  const redisUrl = config.redis.kind === 'single' ? config.redis.url : undefined;
  return { file, config, env: filled, demo, wantsRedis: redisUrl === (env.REDIS_URL || REDIS_TO_COME) };
};
