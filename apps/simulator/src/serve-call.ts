import { promptTokens } from './answer/prompt.js';
import type { Call } from './call.js';
import { composeAnswer } from './compose-answer.js';
import { DirectiveError } from './directives/directives.js';
import { faultInstead } from './fault-instead.js';
import { readBody } from './http/request-body.js';
import { takeTokens } from './limits.js';
import { modelsBody } from './models.js';
import { openRequest } from './open-request.js';
import { invalid, Refusal } from './refusal.js';
import { sendAnswer } from './send-answer.js';

/** https://platform.claude.com/docs/en/api/overview */
const BODY_LIMIT = 32 * 1024 * 1024;

/** Tells the ledger whom the call is for, and gathers its directives. Throws `Refusal` for one that cannot be read. */
const address = (call: Call, model: string | null, stream: boolean): void => {
  const { simulation, entry, request } = call;
  entry.model = model;
  entry.stream = stream;
  const header = request.headers['x-simulator'];
  try {
    const asked = simulation.directives.read({
      behaviour: simulation.behaviour,
      credential: entry.credential,
      model,
      header: typeof header === 'string' ? header : undefined,
    });
    entry.directives = asked.text;
    call.directives = simulation.occurrences.next(asked);
  } catch (error) {
    throw error instanceof DirectiveError ? invalid(`x-simulator: ${error.message}`) : error;
  } finally {
    simulation.ledger.changed(entry);
  }
};

const checkCredential = ({ entry, route }: Call): void => {
  if (entry.credential === null) throw route.wire.noCredential;
};

const serveModels = async (call: Call, named: string | null): Promise<void> => {
  address(call, named, false);
  if (await faultInstead(call)) return;
  checkCredential(call);
  const body = modelsBody(call.route.wire.name, call.simulation.settings.models, named);
  await sendAnswer(call, { streamed: false, pieces: [body] });
};

const serveModel = async (call: Call, operation: 'messages' | 'count_tokens', body: Buffer): Promise<void> => {
  const opened = openRequest(call, operation, body);
  address(call, opened.model, opened.stream);
  if (await faultInstead(call)) return;
  checkCredential(call);
  const prompt = opened.prompt();
  if (operation === 'messages') takeTokens(call, prompt);
  const counted = JSON.stringify({ input_tokens: promptTokens(prompt.sections) });
  await sendAnswer(
    call,
    operation === 'messages' ? composeAnswer(call, prompt, body) : { streamed: false, pieces: [counted] },
  );
};

const refuse = (call: Call, refusal: Refusal): void => {
  if (call.outcome === 'answered') call.outcome = 'refused';
  if (call.reply.gone) return;
  const { wire } = call.route;
  call.head(refusal.status, { 'content-type': 'application/json', ...refusal.headers });
  call.reply.end(wire.errorBody(refusal, call.entry.request_id));
};

const serve = async (call: Call): Promise<void> => {
  const { route, request, entry, simulation } = call;
  const body = await readBody(request, BODY_LIMIT);
  if (body === undefined) return;
  if (body === 'too-large') throw new Refusal(413, 'request_too_large', 'Request exceeds the maximum size');
  simulation.ledger.read(entry, body);
  if (route.operation === 'models') return serveModels(call, route.named);
  return serveModel(call, route.operation, body);
};

/** Answers one call as its request and its directives want it. Rejects only on a mistake in the simulator. */
export const serveCall = async (call: Call): Promise<void> => {
  try {
    await serve(call);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse(call, error);
  }
};
