import colors from 'picocolors';
import { table } from '../check/table.js';

/** What a gateway answers; see `apps/gateway/src/admin/routing-view.ts`. */
export interface Explanation {
  model: string;
  route: string;
  policy: 'affinity' | 'least-loaded' | 'only';
  panic: boolean;
  retry_after_ms: number | null;
  eligible: readonly { id: string; tier: number; weight: number; score: number | null; share: number | null }[];
  excluded: readonly { id: string; tier: number; reason: string; remaining_ms: number | null }[];
}

const POLICIES: Readonly<Record<Explanation['policy'], string>> = {
  affinity: 'by affinity: a conversation stays where its prompt is cached',
  'least-loaded': 'the less loaded of two drawn at random goes first',
  only: 'there is nothing to choose from',
};

const seconds = (ms: number | null): string => (ms === null ? '' : `for ${Math.ceil(ms / 1000)} s more`);

const percentage = (share: number): string =>
  share > 0 && share < 0.005 ? 'less than 1 %' : `${Math.round(share * 100)} %`;

const headline = ({ model, route, eligible, retry_after_ms }: Explanation): string => {
  const named = model === route ? model : `${model} (route ${route})`;
  const [first] = eligible;
  if (first) {
    const surety = first.share === null || first.share === 1 ? 'would' : 'would most likely';
    return `${named} ${surety} go to ${colors.bold(first.id)} now.`;
  }
  const when = retry_after_ms === null ? '' : ` Ask again in ${Math.ceil(retry_after_ms / 1000)} s.`;
  return `${named} can go nowhere now.${when}`;
};

/** The same for people, in parts of one line and more. */
export const explanationLines = (explanation: Explanation): string[] => {
  const { eligible, excluded, panic, policy } = explanation;
  const parts = [headline(explanation)];
  if (panic) parts.push(colors.yellow('Nothing healthy is left, so broken upstreams are tried all the same.'));
  if (eligible.length > 0) {
    const rows = eligible.map(({ id, tier, weight, score, share }, at) => [
      `${at + 1}.`,
      id,
      `tier ${tier}`,
      `weight ${Number(weight.toFixed(2))}`,
      score === null ? '' : `score ${score.toPrecision(3)}`,
      share === null ? '' : percentage(share),
    ]);
    parts.push(`\n${colors.bold('order')} (${POLICIES[policy]})\n${table(rows)}`);
  }
  if (excluded.length > 0) {
    const rows = excluded.map(({ id, tier, reason, remaining_ms }) => [
      id,
      `tier ${tier}`,
      reason,
      seconds(remaining_ms),
    ]);
    parts.push(`\n${colors.bold('left out')}\n${table(rows)}`);
  }
  return parts;
};
