import type { ConfiguredProvider } from '#platform';

/** How one credential of one provider was answered. */
export interface LiveAnswer {
  provider: string;
  credential: string;
  /** Absent when there was no answer. */
  status: number | undefined;
  ms: number;
  works: boolean;
  note: string;
}

const PATIENCE_MS = 10_000;

const judge = (status: number): { works: boolean; note: string } => {
  if (status >= 200 && status < 300) return { works: true, note: 'works' };
  if (status === 401 || status === 403) return { works: false, note: 'refuses this key' };
  if (status === 404 || status === 405)
    return { works: true, note: 'answers, but lists no models: the key is untested' };
  if (status >= 300 && status < 400) return { works: false, note: 'redirects; write where it leads as base_url' };
  return { works: false, note: status === 429 ? 'is limiting this key' : 'is not well' };
};

const whyUnreachable = (error: unknown): string => {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${PATIENCE_MS / 1000} s`;
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return `cannot be reached (${cause?.code ?? cause?.message ?? String(error)})`;
};

const request = (provider: ConfiguredProvider, apiKey: string): [url: string, headers: Record<string, string>] =>
  provider.kind === 'anthropic'
    ? [`${provider.baseUrl}/v1/models`, { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }]
    : [`${provider.baseUrl}/models`, { authorization: `Bearer ${apiKey}` }];

const tryCredential = async (
  provider: ConfiguredProvider,
  { name, apiKey }: { name: string; apiKey: string },
): Promise<LiveAnswer> => {
  const [url, headers] = request(provider, apiKey);
  const start = performance.now();
  const common = { provider: provider.name, credential: name };
  const ms = (): number => Math.round(performance.now() - start);
  try {
    // A redirect would carry the key to a place that nobody configured.
    const answer = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) });
    await answer.body?.cancel();
    return { ...common, status: answer.status, ms: ms(), ...judge(answer.status) };
  } catch (error) {
    return { ...common, status: undefined, ms: ms(), works: false, note: whyUnreachable(error) };
  }
};

/** Asks each provider for its list of models, once with each credential: the one call that costs nothing. */
export const checkLive = (providers: readonly ConfiguredProvider[]): Promise<LiveAnswer[]> =>
  Promise.all(
    providers.flatMap((provider) => provider.credentials.map((credential) => tryCredential(provider, credential))),
  );
