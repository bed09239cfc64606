/** A request as an SDK would send it. */
export interface MessagesRequest {
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** The secret that the benchmark's callers present. */
export const CALLER_KEY = 'sk-switchyard-benchmark-caller';

/** What today's SDKs send along: parsing and passing on headers is part of the cost of a call. */
const SDK_HEADERS = {
  accept: 'application/json',
  'content-type': 'application/json',
  'user-agent': 'Anthropic/JS 1.12.0',
  'anthropic-version': '2023-06-01',
  'x-api-key': CALLER_KEY,
  'x-stainless-arch': 'x64',
  'x-stainless-lang': 'js',
  'x-stainless-os': 'Linux',
  'x-stainless-package-version': '1.12.0',
  'x-stainless-retry-count': '0',
  'x-stainless-runtime': 'node',
  'x-stainless-runtime-version': process.version,
  'x-stainless-timeout': '600',
};

/**
 * Gives a request its wire form. `directives` tell the simulator how to answer; they travel in the model's name, so
 * that they reach it whoever is in between.
 */
export const messagesRequest = (directives: string, parameters: Readonly<Record<string, unknown>>): MessagesRequest => {
  const model = directives === '' ? 'benchmark' : `benchmark@${directives}`;
  const body = Buffer.from(JSON.stringify({ model, max_tokens: 4096, ...parameters }));
  return { headers: { ...SDK_HEADERS, 'content-length': String(body.length) }, body };
};
