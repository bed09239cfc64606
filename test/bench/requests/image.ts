import { type MessagesRequest, messagesRequest } from './messages-request.js';
import { RandomText } from './random-text.js';

/** One image of so many bytes, once it is encoded, and a question about it. */
export const imageQuestion = (bytes: number): MessagesRequest => {
  const random = new RandomText(2);
  const pixels = Buffer.alloc(Math.floor((bytes * 3) / 4)).map(() => random.below(256));
  const source = { type: 'base64', media_type: 'image/png', data: Buffer.from(pixels).toString('base64') };
  const content = [
    { type: 'image', source },
    { type: 'text', text: 'What is in this picture?' },
  ];
  return messagesRequest('tokens=60', { messages: [{ role: 'user', content }] });
};
