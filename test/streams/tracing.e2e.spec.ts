import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';

/** A span as OTLP has it in JSON. https://opentelemetry.io/docs/specs/otlp/ */
interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  status: { code?: number };
  attributes: { key: string; value: Record<string, unknown> }[];
}

const SERVER_KIND = 2;
const CLIENT_KIND = 3;
const ERROR = 2;

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;

/** An endpoint for spans. */
class Collector {
  readonly spans: Span[] = [];
  /** Requests of any kind. */
  asked = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Collector> {
    const server = createServer();
    const collector = new Collector(server);
    server.on('request', (request, response) => {
      collector.asked++;
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as {
          resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
        };
        for (const { scopeSpans } of body.resourceSpans)
          for (const { spans } of scopeSpans) collector.spans.push(...spans);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

const attributesOf = ({ attributes }: Span): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

describe('a trace', () => {
  let sick: Simulator;
  let well: Simulator;
  let collector: Collector;
  let exporting: GatewayProcess;
  let silent: GatewayProcess;

  const ask = (gateway: GatewayProcess, options: { traceparent?: string; model?: string; stream?: boolean } = {}) =>
    gateway.post(
      '/v1/messages',
      {
        model: options.model ?? 'pair',
        max_tokens: 64,
        stream: options.stream ?? false,
        messages: [{ role: 'user', content: 'A prompt of 0815' }],
      },
      {
        headers: options.traceparent === undefined ? {} : { traceparent: options.traceparent, tracestate: 'vendor=1' },
      },
    );

  const config = () =>
    testConfig({
      providers: {
        sick: provider('anthropic', sick.url),
        well: provider('anthropic', well.url),
        chat: provider('openai', `${well.url}/v1`),
      },
      models: {
        pair: { targets: [{ provider: 'sick' }, { provider: 'well', tier: 2 }] },
        chat: { targets: [{ provider: 'chat' }] },
        '*': { targets: [{ provider: 'well' }] },
      },
    });

  const spans = (count: number): Promise<Span[]> =>
    until(
      () => collector.spans,
      (all) => all.length >= count,
    );

  beforeAll(async () => {
    sick = await startSimulator();
    well = await startSimulator();
    collector = await Collector.start();
    exporting = await GatewayProcess.start(config(), {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    silent = await GatewayProcess.start(config());
  });

  beforeEach(() => {
    sick.reset();
    well.reset();
    sick.behave('status=503');
    collector.spans.length = 0;
    collector.asked = 0;
    return Promise.all([exporting.forgetHealth(), silent.forgetHealth()]);
  });

  afterAll(async () => {
    await exporting.stop();
    await silent.stop();
    await sick.close();
    await well.close();
    collector.close();
  });

  it.each([false, true])('continues the caller’s, with a span for each attempt: stream %s', async (stream) => {
    const response = await ask(exporting, { traceparent: TRACEPARENT, stream });
    await response.text();
    const all = await spans(3);
    expect(all).toHaveLength(3);
    expect(new Set(all.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));

    const servers = all.filter(({ kind }) => kind === SERVER_KIND);
    expect(servers).toMatchObject([{ parentSpanId: PARENT, name: expect.stringContaining('/v1/messages') }]);
    const attempts = all.filter(({ kind }) => kind === CLIENT_KIND);
    expect(attempts.map(({ parentSpanId }) => parentSpanId)).toEqual([servers[0]?.spanId, servers[0]?.spanId]);
    expect(attempts.map(({ status }) => status.code === ERROR)).toEqual([true, false]);

    // Each upstream is told of the span of its own attempt.
    for (const [index, { ledger }] of [sick, well].entries()) {
      const { traceparent, tracestate } = ledger.entries().at(-1)?.headers ?? {};
      expect(traceparent).toBe(`00-${TRACE}-${attempts[index]?.spanId}-01`);
      expect(tracestate).toBe('vendor=1');
    }
    const line = await exporting.loggedCall(response.headers.get('request-id'));
    expect(line.trace_id).toBe(TRACE);
  });

  it('begins one where the caller has none', async () => {
    const response = await ask(exporting);
    await response.text();
    const all = await spans(3);
    const [server] = all.filter(({ kind }) => kind === SERVER_KIND);
    expect(server?.parentSpanId ?? '').toBe('');
    expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(1);
    const line = await exporting.loggedCall(response.headers.get('request-id'));
    expect(line.trace_id).toBe(server?.traceId);
    expect(well.ledger.entries().at(-1)?.headers.traceparent).toContain(server?.traceId);
  });

  it('says what came of the call, and holds no word of it', async () => {
    await (await ask(exporting)).text();
    const all = await spans(3);
    const of = (kind: number) => all.filter((span) => span.kind === kind).map(attributesOf);
    expect(of(SERVER_KIND)).toMatchObject([
      { 'http.response.status_code': 200, 'switchyard.route': 'pair', 'switchyard.outcome': 'answered' },
    ]);
    expect(of(CLIENT_KIND)).toMatchObject([
      { 'gen_ai.provider.name': 'sick', 'error.type': '503' },
      { 'gen_ai.provider.name': 'well', 'gen_ai.usage.output_tokens': expect.anything() },
    ]);
    expect(JSON.stringify(all)).not.toMatch(/0815|upstream-secret|sk-test/);
  });

  it('that is not sampled is passed on and not exported', async () => {
    await (await ask(exporting, { traceparent: `00-${TRACE}-${PARENT}-00` })).text();
    expect(well.ledger.entries().at(-1)?.headers.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
    await (await ask(exporting)).text();
    expect((await spans(3)).some(({ traceId }) => traceId === TRACE)).toBe(false);
  });

  it('goes through as it came, and nowhere else, where nobody asked for spans', async () => {
    const response = await ask(silent, { traceparent: TRACEPARENT });
    await response.text();
    for (const { ledger } of [sick, well])
      expect(ledger.entries().at(-1)?.headers).toMatchObject({ traceparent: TRACEPARENT, tracestate: 'vendor=1' });
    await (await ask(silent, { traceparent: TRACEPARENT, model: 'chat' })).text();
    expect(well.ledger.entries().at(-1)?.headers.traceparent).toBe(TRACEPARENT);
    expect((await silent.loggedCall(response.headers.get('request-id'))).trace_id).toBe(TRACE);
    expect(collector.asked).toBe(0);
  });

  it.each(['', 'nonsense', `00-${'0'.repeat(32)}-${PARENT}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`])(
    'that is none is not passed on: "%s"',
    async (traceparent) => {
      const response = await ask(silent, { traceparent });
      await response.text();
      expect(well.ledger.entries().at(-1)?.headers).not.toHaveProperty('traceparent');
      const line = await silent.loggedCall(response.headers.get('request-id'));
      expect(line.trace_id).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    },
  );

  it('is no matter to the metrics, which count the call under names from the configuration only', async () => {
    await (await ask(silent, { model: 'a-model-named-by-the-caller' })).text();
    await (await ask(silent, { model: 'pair' })).text();
    const metrics = await (await silent.get('/metrics')).text();
    expect(metrics).toMatch(/^switchyard_calls_total\{[^}]*route="\*"[^}]*outcome="answered"[^}]*\} 1$/m);
    expect(metrics).toMatch(/^switchyard_attempts_total\{[^}]*provider="sick"[^}]*outcome="503"[^}]*\} \d+$/m);
    expect(metrics).toMatch(/^switchyard_tokens_total\{[^}]*kind="output"[^}]*\} \d+$/m);
    expect(metrics).toMatch(/^gen_ai_server_request_duration(_seconds)?_count\{[^}]*\} \d+$/m);
    expect(metrics).not.toMatch(/named-by-the-caller|0815|upstream-secret|sk-test/);
  });
});
