import { randomBytes } from 'node:crypto';
import type { Agent } from 'undici';
import { crashPoint } from '../crash-point.js';
import { layout } from '../layout.js';
import { patiently } from '../patiently.js';
import { StorageError } from '../storage/storage-error.js';
import type { WorkStore } from '../work-store.js';
import { backoffMs } from './backoff.js';
import { webhookUrlProblem } from './check-webhook-url.js';
import { type Notice, readNotice } from './notice.js';
import { postEvent, type Reply } from './post-event.js';
import { ReceiverLanes } from './receiver-lanes.js';
import type { ResolveHost } from './resolve-host.js';
import { openSafeAgent } from './safe-agent.js';
import { signEvent } from './sign-event.js';
import { WebhookOutbox } from './webhook-outbox.js';
import type { WebhookSettings } from './webhook-settings.js';

const EVERY_MS = 500;
const TURN_MS = 10_000;
/** Looked for at a time, beyond what waits here already. */
const AHEAD = 256;
const MOST_KNOWN = 4_096;
const READ_AT_ONCE = 16;
/** After trouble with Redis or storage. */
const PAUSE_MS = 5_000;
/** For a work that cannot be read. */
const DAMAGED_MS = 3_600_000;
/** A stop waits for so long for answers, and then for their being noted. */
const STOP_MS = 15_000;

/** What came of an attempt: `gone` is an answer of 410, `failed` is tried again, `given_up` was the last. */
export type WebhookOutcome = 'delivered' | 'gone' | 'failed' | 'given_up';

export interface WebhookSenderOptions {
  store: WorkStore;
  /** Asked for each delivery, so that a changed configuration needs no restart. */
  settings: () => WebhookSettings;
  /** Told of each attempt that is noted. */
  onAttempt?: (outcome: WebhookOutcome) => void;
  /** From 0 to 1. */
  random?: () => number;
  /** How hosts are found, where it is not by DNS. */
  resolve?: ResolveHost;
}

/**
 * Tells those who asked for it that their work has ended: at least once, signed, until they say that they heard it. Runs in every
 * worker, and one of them sends.
 */
export class WebhookSender {
  private readonly name = randomBytes(9).toString('base64url');
  private readonly outbox: WebhookOutbox;
  private readonly agent: Agent;
  private readonly lanes = new ReceiverLanes<Notice>((notice) => this.tryToDeliver(notice));
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private ticking: Promise<void> | undefined;
  private loading: Promise<void> | undefined;
  /** By the clock of `performance`: it is a promise of another process only until then. */
  private turnUntil = 0;
  private loadAgainAt = 0;

  constructor(private readonly options: WebhookSenderOptions) {
    this.outbox = new WebhookOutbox(options.store.redis);
    this.agent = openSafeAgent(options.settings, options.resolve);
  }

  start(): void {
    this.timer ??= setInterval(() => void this.tick(), EVERY_MS);
    void this.tick();
  }

  /** Lets deliveries under way come to their end, within seconds, and leaves the rest to others. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.ticking;
    await this.loading;
    this.turnUntil = 0;
    this.lanes.clear();
    const enough = setTimeout(() => this.stopping.abort(new Error('The sender of webhooks stops.')), STOP_MS);
    await this.lanes.idle();
    clearTimeout(enough);
    await this.outbox.leaveTurn(this.name).catch(() => undefined);
    await this.agent.destroy();
  }

  private async tick(): Promise<void> {
    this.ticking ??= this.keepTurn()
      .catch((error: unknown) => this.reportTrouble(error))
      .finally(() => {
        this.ticking = undefined;
      });
    await this.ticking;
    if (!this.hasTurn() || performance.now() < this.loadAgainAt) return;
    this.loading ??= this.load()
      .catch((error: unknown) => {
        this.loadAgainAt = performance.now() + PAUSE_MS;
        this.reportTrouble(error);
      })
      .finally(() => {
        this.loading = undefined;
      });
  }

  /** Without a secret nothing is sent, and nothing lost: whatever is due waits for one. */
  private async keepTurn(): Promise<void> {
    const asked = performance.now();
    const canSign = this.options.settings().signingSecrets.length > 0;
    const isMine = canSign && (await this.outbox.takeTurn(this.name, TURN_MS));
    this.turnUntil = isMine ? asked + TURN_MS : 0;
    if (!isMine) this.lanes.clear();
  }

  private hasTurn(): boolean {
    return performance.now() < this.turnUntil;
  }

  private async load(): Promise<void> {
    // Taken before the question, so that nothing is begun twice that ends between the answer and here.
    const known = new Set(this.lanes.ids);
    if (known.size >= MOST_KNOWN) return;
    const due = (await this.outbox.due(known.size + AHEAD)).filter((id) => !known.has(id));
    for (let at = 0; at < due.length && this.hasTurn(); at += READ_AT_ONCE) {
      const notices = await Promise.all(due.slice(at, at + READ_AT_ONCE).map((id) => this.read(id)));
      for (const [place, notice] of notices.entries()) if (notice) await this.enlist(notice, at + place);
    }
  }

  private async enlist(notice: Notice, place: number): Promise<void> {
    const waitMs = this.lanes.add(notice);
    if (waitMs > 0) await this.outbox.postpone(notice.id, waitMs + place / 1_000, notice.failures);
  }

  private async read(id: string): Promise<Notice | undefined> {
    const { store } = this.options;
    try {
      const notice = await readNotice(store, this.outbox, id);
      if (!notice) await store.sets.told(id);
      return notice;
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'corrupt')) throw error;
      store.report('webhooks.damaged', { work: id, error: error.message });
      await this.outbox.postpone(id, DAMAGED_MS, 0);
      return undefined;
    }
  }

  private async tryToDeliver(notice: Notice): Promise<boolean> {
    // It is still due, for whoever has the turn now, or when there is a secret again.
    if (!this.hasTurn() || this.options.settings().signingSecrets.length === 0) return true;
    try {
      return await this.deliver(notice);
    } catch (error) {
      this.reportTrouble(error);
      return false;
    }
  }

  private async deliver(notice: Notice): Promise<boolean> {
    const { report } = this.options.store;
    crashPoint('webhook.taken');
    const reply = await this.post(notice);
    crashPoint('webhook.answered');
    // What was heard is not to be sent again because it could not be noted at once.
    const outcome = await patiently(() => this.note(notice, reply), {
      signal: this.stopping.signal,
      report,
      what: `noting the webhook of ${notice.id}`,
    });
    this.options.onAttempt?.(outcome);
    return reply.heard !== 'failed';
  }

  private async post({ url, event }: Notice): Promise<Reply> {
    const { settings, store } = this.options;
    const { signingSecrets, timeoutMs, allowPrivateHosts } = settings();
    const problem = webhookUrlProblem(url, { allowPrivateHosts });
    if (problem !== undefined) return { heard: 'failed', why: problem, retryAfterMs: undefined };
    const headers = signEvent(event, signingSecrets, store.now());
    const { agent, stopping } = this;
    return postEvent(url, { headers, body: event.body }, { agent, timeoutMs, signal: stopping.signal, now: store.now });
  }

  private async note({ id, url, failures }: Notice, reply: Reply): Promise<WebhookOutcome> {
    const { store, random = Math.random } = this.options;
    const { heard, why } = reply;
    const host = URL.parse(url)?.host;
    if (heard === 'failed') {
      const waitMs = backoffMs(failures + 1, { retryAfterMs: reply.retryAfterMs, random: random() });
      store.report('webhooks.failed', { work: id, host, why, failures: failures + 1, againInMs: waitMs ?? null });
      if (waitMs !== undefined) {
        await this.outbox.postpone(id, waitMs, failures + 1);
        return 'failed';
      }
    }
    const outcome = heard === 'failed' ? 'given_up' : heard;
    const record = { version: 1, outcome, why, at: store.now(), attempts: failures + 1 };
    await store.storage.create(layout.delivered(id), Buffer.from(JSON.stringify(record)));
    crashPoint('webhook.written');
    await store.sets.told(id);
    return outcome;
  }

  private reportTrouble(error: unknown): void {
    this.options.store.report('webhooks.waiting', { error: error instanceof Error ? error.message : String(error) });
  }
}
