import type { Config, ModelEntry } from '#platform';

/** The models of the configuration in force. */
export class ListedModels {
  constructor(private readonly config: () => Config) {}

  all(): readonly ModelEntry[] {
    return this.config().catalog.models;
  }

  named(name: string): ModelEntry | undefined {
    return this.all().find((model) => model.name === name || model.aliases.includes(name));
  }
}
