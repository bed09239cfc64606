import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** One event as a client would see it, its data parsed. */
export interface SeenEvent {
  event: string | undefined;
  data: Record<string, unknown>;
}

/** Reads event-stream text the way the standard says. */
export const parseEvents = (text: string): SeenEvent[] => {
  const events: SeenEvent[] = [];
  const parser = createParser({
    onEvent: ({ event, data }: EventSourceMessage) =>
      void events.push({ event, data: JSON.parse(data) as Record<string, unknown> }),
  });
  parser.feed(text);
  return events;
};
