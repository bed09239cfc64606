import { type MessagesRequest, messagesRequest } from './messages-request.js';
import { RandomText } from './random-text.js';

/** About so many bytes. */
const SIZE = 1024 * 1024;

/** One image and a question about it, 1 MB in all. */
export const imageQuestion = (directives: string): MessagesRequest => {
  const random = new RandomText(2);
  const pixels = Buffer.alloc(Math.floor((SIZE * 3) / 4)).map(() => random.below(256));
  const source = { type: 'base64', media_type: 'image/png', data: Buffer.from(pixels).toString('base64') };
  const content = [
    { type: 'image', source },
    { type: 'text', text: 'What is in this picture?' },
  ];
  return messagesRequest(directives, { messages: [{ role: 'user', content }] });
};
