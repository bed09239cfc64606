import { describe, expect, it } from '@jest/globals';
import { Ledger } from './ledger.js';
import type { LedgerEntry } from './ledger-entry.js';

const arrival = (more: Partial<LedgerEntry> = {}): Omit<LedgerEntry, 'seq' | 'outcome'> => ({
  wire: 'anthropic',
  method: 'POST',
  path: '/v1/messages',
  credential: 'key',
  headers: {},
  model: 'sim',
  stream: false,
  directives: '',
  body_sha256: null,
  body_length: 0,
  received_at: 1,
  finished_at: null,
  aborted_at: null,
  status: null,
  bytes_sent: 0,
  request_id: 'req_1',
  ...more,
});

const aLedger = (more: { mode?: 'full' | 'counts'; capacity?: number; keepBodies?: number } = {}) =>
  new Ledger({ mode: 'full', capacity: 10, keepBodies: 2, ...more });

describe('the ledger', () => {
  it('keeps the last calls within its capacity', () => {
    const ledger = aLedger({ capacity: 3 });
    for (let call = 0; call < 10; call++) ledger.open(arrival());

    expect(ledger.entries().map(({ seq }) => seq)).toEqual([8, 9, 10]);
    expect(ledger.counts()).toMatchObject({ seen: 10, open: 10 });
  });

  it('narrows a reading', () => {
    const ledger = aLedger();
    ledger.close(ledger.open(arrival({ model: 'a', credential: 'x' })), 'answered', 2);
    ledger.open(arrival({ model: 'b' }));
    ledger.open(arrival({ model: 'a' }));

    const seqs = (filter: Parameters<Ledger['entries']>[0]) => ledger.entries(filter).map(({ seq }) => seq);

    expect(seqs({ model: 'a' })).toEqual([1, 3]);
    expect(seqs({ since: 1 })).toEqual([2, 3]);
    expect(seqs({ outcome: 'open' })).toEqual([2, 3]);
    expect(seqs({ credential: 'x', model: 'b' })).toEqual([]);
  });

  it('counts each call in one outcome, and the most at once', () => {
    const ledger = aLedger();
    const [one, two] = [ledger.open(arrival()), ledger.open(arrival())];
    ledger.close(one, 'aborted', 5);
    ledger.close(one, 'answered', 6);
    ledger.close(two, 'answered', 7);
    ledger.open(arrival());

    expect(ledger.counts()).toEqual({
      seen: 3,
      open: 1,
      peak_open: 2,
      answered: 1,
      refused: 0,
      faulted: 0,
      aborted: 1,
    });
    expect(one).toMatchObject({ outcome: 'aborted', aborted_at: 5, finished_at: null });
    expect(two).toMatchObject({ outcome: 'answered', aborted_at: null, finished_at: 7 });
  });

  it('digests bodies and keeps the last ones', () => {
    const ledger = aLedger({ keepBodies: 1 });
    const entries = ['first', 'second'].map((text) => {
      const entry = ledger.open(arrival());
      ledger.read(entry, Buffer.from(text));
      return entry;
    });

    expect(entries.map(({ body_length }) => body_length)).toEqual([5, 6]);
    // printf first | sha256sum
    expect(entries[0]?.body_sha256).toBe('a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e');
    expect(ledger.body(1)).toBeUndefined();
    expect(ledger.body(2)?.toString()).toBe('second');
  });

  it('keeps no entries when it only counts', () => {
    const ledger = aLedger({ mode: 'counts' });
    const entry = ledger.open(arrival());
    ledger.read(entry, Buffer.from('body'));

    expect(ledger.entries()).toEqual([]);
    expect(entry.body_sha256).toBeNull();
    expect(ledger.counts().seen).toBe(1);
  });

  it('finds a call that has been seen, and waits for one that has not', async () => {
    const ledger = aLedger();
    const seen = ledger.open(arrival({ model: 'a' }));
    const waiting = ledger.waitFor(({ model }) => model === 'b');
    const coming = ledger.open(arrival({ model: 'b' }));

    expect(await ledger.waitFor(({ model }) => model === 'a')).toBe(seen);
    expect(await waiting).toBe(coming);
  });

  it('gives the next hang-up, not an earlier one', async () => {
    const ledger = aLedger();
    const [first, second] = [ledger.open(arrival()), ledger.open(arrival())];
    ledger.close(first, 'aborted', 1);
    const next = ledger.nextAbort();
    ledger.close(second, 'aborted', 2);

    expect(await next).toBe(second);
  });

  it('says what it has seen when nothing comes', async () => {
    const ledger = aLedger();
    ledger.open(arrival());

    await expect(ledger.waitFor(() => false, 1)).rejects.toThrow(/no such call within 1 ms; seen: {"seen":1/);
  });

  it('starts anew but for the calls under way', () => {
    const ledger = aLedger();
    ledger.close(ledger.open(arrival()), 'answered', 1);
    const open = ledger.open(arrival());
    ledger.clear();
    ledger.close(open, 'answered', 2);

    expect(ledger.entries()).toEqual([]);
    expect(ledger.counts()).toMatchObject({ seen: 0, open: 0, answered: 1 });
    expect(ledger.open(arrival()).seq).toBe(1);
  });
});
