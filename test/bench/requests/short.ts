import { type MessagesRequest, messagesRequest } from './messages-request.js';
import { RandomText } from './random-text.js';

/** About 1 KB of question. `parameters` are those of the Messages API; `directives` the simulator's. */
export const shortQuestion = (
  directives: string,
  parameters: Readonly<Record<string, unknown>> = {},
): MessagesRequest => {
  const random = new RandomText(3);
  return messagesRequest(directives, {
    system: random.prose(350),
    messages: [{ role: 'user', content: random.prose(420) }],
    ...parameters,
  });
};
