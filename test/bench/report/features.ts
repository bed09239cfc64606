import type { Stage } from '../processes/stage.js';
import { shortQuestion } from '../requests/short.js';

/** Something that Switchyard does for every call, and whether it did it while it was measured. */
export interface Feature {
  name: string;
  on: boolean;
}

/** Finds out by asking a gateway of the same configuration, because a benchmark of what is switched off is worth nothing. */
export const featuresOf = async (stage: Stage): Promise<Feature[]> => {
  const gateway = await stage.startProxy('switchyard');
  const { headers, body } = shortQuestion('tokens=8');
  const post = (changed: Readonly<Record<string, string>>, bytes = body) =>
    fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(bytes.length), ...changed },
      body: bytes,
    });
  const [called, keyless, invalid] = [
    await post({}),
    await post({ 'x-api-key': '' }),
    await post({}, Buffer.from('{"model":"benchmark"]}')),
  ];
  await called.arrayBuffer();
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  await gateway.stop();
  const log = await gateway.log();
  return [
    { name: 'keys checked', on: called.status === 200 && keyless.status === 401 },
    { name: 'bodies checked', on: invalid.status === 400 },
    { name: 'metrics counted', on: /^switchyard_calls\S* 1$/m.test(metrics) },
    { name: 'a log line a call, to a file', on: log.includes('"msg":"call"') },
    {
      name: 'request ids and timing headers',
      on: called.headers.has('request-id') && called.headers.has('server-timing'),
    },
    { name: 'deadlines and retries', on: called.headers.has('x-switchyard-attempts') },
    { name: 'spans exported', on: false },
  ];
};
