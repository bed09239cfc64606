import type { GatewayProcess } from '#testing';
import { provider, readMessagesStream, type Section, TEST_ADMIN_KEY, testConfig } from '#testing';
import type { Experiment } from '../experiment.js';
import { atLeast, exactly } from '../figure.js';
import { OUTCOME_ROWS, type OutcomeRow } from './outcome-rows.js';

/** Of the rows that are wrong. */
const SHOWN = 8;

/** Where the faults happen: one keeps connections, the other's are fresh every time. */
interface Upstreams {
  kept: string;
  fresh: string;
  well: string;
}

const configuration = (upstreams: Upstreams): Section => {
  // A provider and a route for each row, so that nothing that is learnt from one shows in another.
  const sick = OUTCOME_ROWS.map(({ fault, reused }, index): [string, Section] => {
    const credentials = [{ name: 'main', api_key: `row@label=${index};times=1;${fault}` }];
    const url = reused ? upstreams.kept : upstreams.fresh;
    return [`sick-${index}`, provider('anthropic', url, { credentials, timeouts: { first_byte: '1s' } })];
  });
  const routes = OUTCOME_ROWS.map((_, index): [string, Section] => {
    const targets = [{ provider: `sick-${index}` }, { provider: 'well', tier: 2 }];
    return [`row-${index}`, { targets }];
  });
  return testConfig({
    admin_key: TEST_ADMIN_KEY,
    providers: {
      ...Object.fromEntries(sick),
      kept: provider('anthropic', upstreams.kept),
      well: provider('anthropic', upstreams.well),
    },
    models: { ...Object.fromEntries(routes), kept: { targets: [{ provider: 'kept' }] } },
  });
};

const ask = async (gateway: GatewayProcess, model: string, stream: boolean) => {
  const messages = [{ role: 'user', content: 'Which way?' }];
  const answer = await gateway.post('/v1/messages', { model, max_tokens: 24, stream, messages });
  return { answer, text: await answer.text() };
};

/** What became of one call, in the table's words. */
const consequence = async (gateway: GatewayProcess, index: number, { stream }: OutcomeRow): Promise<string> => {
  const { answer, text } = await ask(gateway, `row-${index}`, stream);
  const broken = answer.status === 200 && stream && readMessagesStream(text).ending === 'error';
  if (broken) return 'in-stream';
  if (answer.status !== 200) return answer.headers.get('x-switchyard-attempt-count') === '1' ? 'returned' : 'failed';
  return answer.headers.get('x-switchyard-provider') === 'well' ? 'next' : 'same';
};

interface TargetView {
  provider: string;
  excluded: { code: string } | null;
  breaker: { consecutive_failures: number };
  last_30_s: { ok: number; failed: number };
}

const remembered = ({ excluded, breaker, last_30_s: { ok, failed } }: TargetView): string => {
  const window = failed > 0 ? 'failed' : ok > 0 ? 'ok' : 'nothing';
  return `${breaker.consecutive_failures} in a row, ${window} in the window, ${excluded?.code ?? 'not left out'}`;
};

const wantedOf = ({ wanted: { kind, consecutive, window, excluded } }: OutcomeRow): string =>
  `${kind}: ${consecutive} in a row, ${window} in the window, ${excluded ?? 'not left out'}`;

const memoryOf = async (gateway: GatewayProcess, name: string): Promise<string> => {
  const response = await gateway.get('/admin/v1/targets', { 'x-api-key': TEST_ADMIN_KEY });
  const { data = [] } = (await response.json()) as { data?: TargetView[] };
  const view = data.find((one) => one.provider === name);
  return view ? remembered(view) : 'nothing known';
};

const observe = async (gateway: GatewayProcess): Promise<string[]> => {
  const seen: string[] = [];
  for (const [index, row] of OUTCOME_ROWS.entries()) {
    // Leaves a connection behind that the next call to that upstream takes.
    if (row.reused) await ask(gateway, 'kept', false);
    const kind = await consequence(gateway, index, row);
    // At once, because cooldowns end.
    seen.push(`${kind}: ${await memoryOf(gateway, `sick-${index}`)}`);
  }
  return seen;
};

const nameOf = ({ name, stream, reused }: OutcomeRow): string =>
  `${name}, ${stream ? 'streamed' : 'whole'}, ${reused ? 'reused' : 'fresh'}`;

/** Every status in every phase on fresh and reused connections, through a real gateway. The pure table has a test of its own. */
export const a07: Experiment = {
  id: 'A7',
  title: 'every status in every phase',
  tier: 'quick',
  run: async (rig) => {
    const kept = await rig.simulator();
    // A server that keeps connections for a second only is never sent a second request on one.
    const fresh = await rig.simulator({ keepAliveTimeoutMs: 1_000 });
    const well = await rig.simulator();
    const fleet = await rig.gateways(configuration({ kept: kept.url, fresh: fresh.url, well: well.url }), 1);
    const [gateway] = fleet.gateways;
    const seen = gateway ? await observe(gateway) : [];
    const wrong = OUTCOME_ROWS.flatMap((row, index) =>
      seen[index] === wantedOf(row) ? [] : [`${nameOf(row)}: ${seen[index]}, wanted ${wantedOf(row)}`],
    );
    return [
      atLeast(60, { name: 'rows covered', value: seen.length }),
      exactly(0, {
        name: 'rows that are not as the table says',
        value: wrong.length,
        note: wrong.slice(0, SHOWN).join('\n    ') || undefined,
      }),
    ];
  },
};
