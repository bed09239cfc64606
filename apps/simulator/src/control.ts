import type { IncomingMessage, ServerResponse } from 'node:http';
import { DirectiveError, parseDirectives } from './directives/directives.js';
import { readBody } from './http/request-body.js';
import type { LedgerFilter, Outcome } from './ledger/ledger-entry.js';
import { resetSimulation, type Simulation } from './simulation.js';

/** What one request to the simulator itself, rather than to a model, is answered. */
interface ControlAnswer {
  status: number;
  body: Buffer | object;
}

/** How the ledger and the behaviour are reached: method, path, and whatever the path holds. */
type Control = (simulation: Simulation, asked: { url: URL; match: RegExpExecArray; body: string }) => ControlAnswer;

const OUTCOMES: readonly string[] = ['open', 'answered', 'refused', 'faulted', 'aborted'] satisfies Outcome[];

const isOutcome = (text: string): text is Outcome => OUTCOMES.includes(text);

/** In a form that callers of either API can read, since most who come here were looking for one. */
const NOT_FOUND: ControlAnswer = {
  status: 404,
  body: { type: 'error', error: { type: 'not_found_error', message: 'Not found' } },
};

const filterOf = ({ searchParams: asked }: URL): LedgerFilter => {
  const outcome = asked.get('outcome');
  const since = asked.get('since');
  return {
    model: asked.get('model') ?? undefined,
    credential: asked.get('credential') ?? undefined,
    outcome: outcome !== null && isOutcome(outcome) ? outcome : undefined,
    since: since === null ? undefined : Number(since),
  };
};

const behave: Control = (simulation, { body }) => {
  try {
    parseDirectives(body);
  } catch (error) {
    if (error instanceof DirectiveError) return { status: 400, body: { error: error.message } };
    throw error;
  }
  simulation.behaviour = body.trim();
  return { status: 200, body: { behaviour: simulation.behaviour } };
};

const CONTROLS: readonly (readonly [path: RegExp, control: Control])[] = [
  [/^GET \/$/, ({ settings }) => ({ status: 200, body: { service: 'switchyard simulator', seed: settings.seed } })],
  [/^GET \/ledger$/, ({ ledger }, { url }) => ({ status: 200, body: ledger.entries(filterOf(url)) })],
  [/^GET \/ledger\/count$/, ({ ledger }) => ({ status: 200, body: ledger.counts() })],
  [
    /^GET \/ledger\/(\d+)\/body$/,
    ({ ledger }, { match }) => {
      const body = ledger.body(Number(match[1]));
      return body ? { status: 200, body } : NOT_FOUND;
    },
  ],
  [
    /^DELETE \/ledger$/,
    ({ ledger }) => {
      ledger.clear();
      return { status: 200, body: ledger.counts() };
    },
  ],
  [/^GET \/behaviour$/, ({ behaviour }) => ({ status: 200, body: { behaviour } })],
  [/^PUT \/behaviour$/, behave],
  [
    /^POST \/reset$/,
    (simulation) => {
      resetSimulation(simulation);
      return { status: 200, body: { behaviour: simulation.behaviour } };
    },
  ],
];

const BODY_LIMIT = 65_536;

const send = (response: ServerResponse, { status, body }: ControlAnswer): void => {
  const raw = Buffer.isBuffer(body);
  response.writeHead(status, { 'content-type': raw ? 'application/octet-stream' : 'application/json' });
  response.end(raw ? body : JSON.stringify(body));
};

/** Serves what is about the simulator and not about a model: its ledger and its behaviour. */
export const serveControl = async (
  simulation: Simulation,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const body = await readBody(request, BODY_LIMIT);
  if (body === undefined) return;
  // Whatever follows the first slash is a path, even where it looks like another host.
  const url = new URL(`http://simulator${request.url ?? '/'}`);
  for (const [path, control] of CONTROLS) {
    const match = path.exec(`${request.method} ${url.pathname}`);
    if (match) return send(response, control(simulation, { url, match, body: body.toString() }));
  }
  send(response, NOT_FOUND);
};
