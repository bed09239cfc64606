import { brief, count, dollars, duration } from '../figures.js';
import type { Progress } from '../wire.js';
import type { Sighting } from './sightings.js';

const PROMPT_KINDS = ['input', 'cache_read', 'cache_write_5m', 'cache_write_1h'];

/** `8.1M in, 2.3M out`; empty where no tokens are known. */
export const tokensOf = ({ usage }: Progress): string => {
  const prompt = PROMPT_KINDS.reduce((sum, kind) => sum + (usage[kind] ?? 0), 0);
  const answer = usage.output ?? 0;
  return prompt + answer > 0 ? `${brief(prompt)} in, ${brief(answer)} out` : '';
};

/** `$4.21`; empty where no price is known. */
export const costOf = ({ usage }: Progress): string => (usage.micro_usd ? dollars(usage.micro_usd) : '');

/** `412/s`; slow ones by the minute. */
export const rateOf = ({ perSecond }: Sighting): string => {
  if (perSecond === undefined) return '';
  return perSecond >= 1 || perSecond === 0 ? `${brief(perSecond)}/s` : `${brief(perSecond * 60)}/min`;
};

/** `1m 41s left`, which goes down while nothing is heard. */
export const timeLeftOf = ({ progress, perSecond, at }: Sighting, now: number): string => {
  if (!progress || !perSecond || progress.processing_status === 'ended') return '';
  const seconds = (progress.total - progress.done) / perSecond - (now - at) / 1000;
  return `${duration(Math.max(1, seconds))} left`;
};

const UNHAPPY = ['errored', 'canceled', 'expired'] as const;

/** `58,180 succeeded`, `31 errored`: what there is of each. */
export const countsOf = ({
  request_counts: counts,
}: Pick<Progress, 'request_counts'>): { good: string; bad: string } => ({
  good: `${count(counts.succeeded)} succeeded`,
  bad: UNHAPPY.filter((kind) => counts[kind] > 0)
    .map((kind) => `${count(counts[kind])} ${kind}`)
    .join(', '),
});

/** Why there is no rate to be told; empty when all is well. */
export const noteOf = ({ progress, away }: Sighting, now: number): string => {
  if (away) return `gateway ${away.brief}; again in ${duration((away.retryAt - now) / 1000)}`;
  if (!progress || progress.processing_status === 'ended') return '';
  if (progress.processing_status === 'canceling') return 'canceling';
  return progress.started_at === null && progress.done === 0 ? 'waiting for a worker' : '';
};
