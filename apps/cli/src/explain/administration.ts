import { access } from 'node:fs/promises';
import { configFile, loadConfig } from '#platform';
import type { Surroundings } from '../surroundings.js';
import { DEMO_ADMIN_KEY, keptDemoKey } from '../up/demo-key.js';
import { DATA_FOLDER } from '../up/plan.js';
import { AdminClient, gatewayOf } from './admin-client.js';

/** The flags that all commands of the administration have. */
export interface AdministrationOptions {
  gateway?: string;
  config?: string;
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/**
 * The administration of the gateway that the configuration is of; where there is none, of the demonstration that has been run from here.
 * `--gateway` names another address. Throws `ConfigError`.
 */
export const adminOf = async (
  { gateway, config: named }: AdministrationOptions,
  { env }: Surroundings,
): Promise<AdminClient> => {
  const given = gateway?.replace(/\/+$/, '');
  const file = configFile(named, env);
  if (!named && !env.SWITCHYARD_CONFIG && !(await exists(file))) {
    const key = await keptDemoKey(DATA_FOLDER, DEMO_ADMIN_KEY);
    if (key) return new AdminClient(given ?? `http://127.0.0.1:${env.PORT || 8080}`, key);
  }
  const config = await loadConfig(file, env);
  return new AdminClient(given ?? gatewayOf(config), config.adminKey);
};
