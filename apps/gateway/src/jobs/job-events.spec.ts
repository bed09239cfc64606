import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { JobEvent } from '#batches';
import { jobEvents } from './job-events.js';

const read = async (...events: JobEvent[]): Promise<EventSourceMessage[]> => {
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  for await (const bytes of jobEvents(Readable.from(events), new AbortController().signal)) parser.feed(String(bytes));
  return messages;
};

describe('the events of a job as they are sent', () => {
  it('are read as what they were, also where an upstream sends data of several lines', async () => {
    const events = [
      { id: '1-1', event: 'message_start', data: '{"type":"message_start"}' },
      { id: '1-2', event: 'content_block_delta', data: '{\n\n  "type": "content_block_delta"\n}' },
      { id: '1-3', event: 'message_stop', data: '{"type":"message_stop"}' },
    ];
    expect(await read(...events)).toEqual(events);
  });
});
