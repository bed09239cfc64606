import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CALLER_KEY } from '../requests/messages-request.js';
import { MeasuredProcess } from './measured-process.js';

/** The two that are compared. */
export type ProxyName = 'minimal' | 'switchyard';

const script = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Everything at its default: one provider, one key, any model. */
const configuration = (upstream: string): string => `
listen: { host: 127.0.0.1, port: 0 }
providers:
  simulator:
    kind: anthropic
    base_url: ${upstream}
    credentials: [{ name: main, api_key: simulator-key }]
models:
  "*": { targets: [{ provider: simulator }] }
keys:
  - { name: benchmark, secret: ${CALLER_KEY} }
`;

/** The upstream, and a folder for configuration and logs. Proxies before the upstream are started as needed. */
export class Stage {
  private readonly started = new Set<MeasuredProcess>();

  private constructor(
    readonly folder: string,
    readonly upstream: MeasuredProcess,
  ) {}

  static async open(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-bench-'));
    const upstream = await MeasuredProcess.start({
      name: 'upstream',
      command: [script('upstream.js')],
      logFolder: folder,
    });
    await writeFile(join(folder, 'switchyard.yaml'), configuration(upstream.url));
    return new Stage(folder, upstream);
  }

  async startProxy(name: ProxyName): Promise<MeasuredProcess> {
    const command =
      name === 'minimal'
        ? [script('minimal-proxy.js'), this.upstream.url]
        : [script('gateway.js'), join(this.folder, 'switchyard.yaml')];
    const proxy = await MeasuredProcess.start({
      // A log of its own for each.
      name: `${name}-${this.started.size + 1}`,
      command,
      logFolder: this.folder,
    });
    this.started.add(proxy);
    return proxy;
  }

  /** Stops all that was started, and removes the folder. */
  async close(): Promise<void> {
    await Promise.all([...this.started, this.upstream].map((one) => one.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }
}
