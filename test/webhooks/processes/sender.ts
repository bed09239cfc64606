// Sends the webhooks that are due. Made to be killed. Arguments: the Redis, the storage as an address in JSON, the signing secret.
import { once } from 'node:events';
import { connectWorkNews, connectWorkRedis, openStorage, openWorkStore, WebhookSender } from '#batches';

const [url = '', address = '', secret = ''] = process.argv.slice(2);
const redis = connectWorkRedis({ kind: 'single', url });
await once(redis, 'ready');
const listener = connectWorkNews({ kind: 'single', url });
const storage = await openStorage(JSON.parse(address));
const report = (event: string, fields: Readonly<Record<string, unknown>>): void =>
  void process.stderr.write(`${JSON.stringify({ event, ...fields })}\n`);

new WebhookSender({
  store: await openWorkStore({ storage, redis, listener, report }),
  settings: () => ({ signingSecrets: [secret], allowPrivateHosts: true, timeoutMs: 5_000 }),
}).start();
