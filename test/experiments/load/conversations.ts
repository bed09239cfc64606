import { setTimeout as pause } from 'node:timers/promises';
import { type CallRecord, isAnswered } from './call-record.js';
import { Caller } from './caller.js';
import { epochMs } from './load-answer.js';

export interface ConversationsOptions {
  /** Each call of a conversation may go to another of these, as behind a balancer. */
  urls: readonly string[];
  model: string;
  /** How many go on at a time. One that has had all its turns is followed by another. */
  count: number;
  turns: number;
  /** What people take to read an answer and to ask on, on average. */
  thinkMs: number;
  forMs: number;
}

/** What came of them. */
export interface ConversationsResult {
  records: readonly CallRecord[];
  /** Calls after a conversation's first, whose beginning an upstream can know. */
  later: number;
  /** Those of them whose upstream did know it. */
  hits: number;
}

interface Turn {
  role: 'user' | 'assistant';
  content: { type: 'text'; text: string; cache_control?: { type: 'ephemeral' } }[];
}

/** About 500 tokens, so that a beginning is worth being known. */
const BEGINNING = 'The signal at the junction shows which track a train may take. '.repeat(32);

const CACHED = { type: 'ephemeral' } as const;

interface Answer {
  content: { type: 'text'; text: string }[];
  usage: { cache_read_input_tokens?: number };
}

/** Callers that talk: each sends the whole conversation again with every turn, marked for the upstream's prompt cache. */
export class Conversations {
  private readonly callers: readonly Caller[];
  private readonly records: CallRecord[] = [];
  private later = 0;
  private hits = 0;

  private constructor(private readonly options: ConversationsOptions) {
    this.callers = options.urls.map((url, replica) => new Caller(url, replica));
  }

  static async hold(options: ConversationsOptions): Promise<ConversationsResult> {
    const conversations = new Conversations(options);
    const until = performance.now() + options.forMs;
    await Promise.all(Array.from({ length: options.count }, () => conversations.keepTalking(until)));
    await Promise.all(conversations.callers.map((caller) => caller.close()));
    const { records, later, hits } = conversations;
    return { records, later, hits };
  }

  private async keepTalking(until: number): Promise<void> {
    // They did not all begin at the same moment.
    await pause(Math.random() * 2 * this.options.thinkMs);
    while (performance.now() < until) await this.talk(until);
  }

  private async talk(until: number): Promise<void> {
    const opening = `${BEGINNING} This is about ${crypto.randomUUID()}.`;
    const history: Turn[] = [{ role: 'user', content: [{ type: 'text', text: opening, cache_control: CACHED }] }];
    for (let turn = 1; turn <= this.options.turns && performance.now() < until; turn++) {
      const answer = await this.ask(history);
      if (!answer) return;
      if (turn > 1) {
        this.later++;
        if ((answer.usage.cache_read_input_tokens ?? 0) > 0) this.hits++;
      }
      history.push({ role: 'assistant', content: answer.content });
      history.push({ role: 'user', content: [{ type: 'text', text: `And then, for the ${turn + 1}th time?` }] });
      await pause(Math.random() * 2 * this.options.thinkMs);
    }
  }

  /** Undefined when there was no answer; then there is no more to say. */
  private async ask(messages: readonly Turn[]): Promise<Answer | undefined> {
    const n = this.records.length;
    const caller = this.callers[Math.floor(Math.random() * this.callers.length)];
    if (!caller) return undefined;
    const { record, body } = await new Promise<{ record: CallRecord; body: Buffer }>((resolve) => {
      const question = { model: this.options.model, body: { messages } };
      const over = (record: CallRecord, body: Buffer): void => resolve({ record, body });
      caller.ask(question, { n, replica: caller.replica, intendedAt: epochMs(), over });
    });
    this.records.push(record);
    return isAnswered(record) ? (JSON.parse(body.toString()) as Answer) : undefined;
  }
}
