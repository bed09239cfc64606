import type { ConfigFile } from './config-file.js';
import { type LogLine, SwitchyardProcess } from './switchyard-process.js';
import { type Section, TEST_ADMIN_KEY, TEST_KEY } from './test-config.js';

const LAUNCH = { role: 'gateway', args: ['--port', '0'], ready: /^switchyard gateway listening on (\S+)$/ };

/** A gateway in a process of its own, as an operator would run it. */
export class GatewayProcess extends SwitchyardProcess {
  url = '';

  /** Resolves when it listens; rejects with what it printed when it does not. A file that was given is left to its giver. */
  static async start(config: Section | ConfigFile, env: NodeJS.ProcessEnv = {}): Promise<GatewayProcess> {
    const { file, isOwn } = await SwitchyardProcess.fileFor(config);
    const gateway = new GatewayProcess(LAUNCH, file, env);
    if (isOwn) void gateway.exited.then(() => file.remove());
    gateway.url = (await gateway.ready())[1] ?? '';
    return gateway;
  }

  /** POST with the test key; `body` is sent as it is when it is bytes or text. */
  post(path: string, body: unknown, init: { headers?: Record<string, string>; signal?: AbortSignal } = {}) {
    const raw = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    return fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': TEST_KEY, ...init.headers },
      body: raw,
      signal: init.signal,
    });
  }

  get(path: string, headers: Record<string, string> = { 'x-api-key': TEST_KEY }): Promise<Response> {
    return fetch(this.url + path, { headers });
  }

  /** Makes it think of every upstream as if it had never been used: for cases that fail one call after the other. */
  async forgetHealth(): Promise<void> {
    const response = await fetch(`${this.url}/admin/v1/targets/reset`, {
      method: 'POST',
      headers: { 'x-api-key': TEST_ADMIN_KEY },
    });
    if (!response.ok) throw new Error(`The gateway did not forget: ${await response.text()}`);
  }

  /** The log line of the call with that `request-id`. */
  loggedCall(requestId: string | null): Promise<LogLine> {
    return this.logged(({ request_id }) => request_id === requestId);
  }
}
