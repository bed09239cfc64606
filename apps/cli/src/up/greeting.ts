import colors from 'picocolors';
import type { Plan } from './plan.js';

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A model to try: the first that has a name of its own. */
const modelToTry = ({ config }: Plan): string => config.catalog.models[0]?.name ?? 'claude-sonnet-4-5';

/** One line for a shell. `key` is taken literally, or as a shell's variable when it begins with `$`. */
export const curlLine = (url: string, key: string, body: object): string => {
  const header = key.startsWith('$') ? `"x-api-key: ${key}"` : quote(`x-api-key: ${key}`);
  const flags = 'stream' in body ? '-sN' : '-s';
  return `curl ${flags} ${url}/v1/messages -H ${header} -H 'content-type: application/json' -d ${quote(JSON.stringify(body))}`;
};

/** Where the demonstration is unless its port is taken or another is wished for. */
const DEMO_PORT = 8080;

/** Asks why a call goes where it goes. The address is named where the command would not find it by itself. */
const explainLine = (plan: Plan, url: string): string => {
  // Another shell knows nothing of this one's PORT.
  const port = plan.demo ? DEMO_PORT : plan.config.listen.port;
  const isFound = url.endsWith(`:${port}`);
  return `npx switchyard explain ${modelToTry(plan)}${isFound ? '' : ` --gateway ${url}`}`;
};

/** The last that `switchyard up` says: where it is, and how to try it. */
export const greeting = (plan: Plan, url: string, redis: string): string => {
  const key = plan.demo?.key ?? '$SWITCHYARD_KEY';
  const body = {
    model: modelToTry(plan),
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Which way to the sea?' }],
  };
  const about = plan.demo ? `${plan.file}, with simulated upstreams: nothing leaves this machine` : plan.file;
  return [
    '',
    `${colors.bold('Switchyard is up')} at ${colors.cyan(url)}; Ctrl-C stops it.`,
    '',
    `  key            ${plan.demo ? key : 'one of those in the configuration; export it as SWITCHYARD_KEY for these lines'}`,
    `  configuration  ${about}`,
    `  redis          ${redis}`,
    '',
    'Ask it something:',
    '',
    curlLine(url, key, body),
    '',
    'The same, as a stream:',
    '',
    curlLine(url, key, { ...body, stream: true }),
    '',
    ...(plan.config.adminKey ? ['Where it went, and why:', '', explainLine(plan, url), ''] : []),
  ].join('\n');
};
