/** One line of a batch: the official clients' `BatchCreateParams.Request`, and in Python the same as a dictionary. */
export interface LineParams {
  custom_id: string;
  params: Record<string, unknown>;
}

const ask = (model: string, content: string) => ({ model, max_tokens: 1024, messages: [{ role: 'user', content }] });

/** The two requests of the guide. https://platform.claude.com/docs/en/build-with-claude/batch-processing */
export const TWO_REQUESTS: LineParams[] = [
  { custom_id: 'my-first-request', params: ask('claude-opus-4-5', 'Hello, world') },
  { custom_id: 'my-second-request', params: ask('claude-opus-4-5', 'Hi again, friend') },
];

/** Two that are answered at once, and one whose upstream says nothing. */
export const ONE_HANGS: LineParams[] = [
  { custom_id: 'a', params: ask('claude-opus-4-5', 'One') },
  { custom_id: 'b', params: ask('claude-opus-4-5', 'Two') },
  { custom_id: 'hangs', params: ask('sim@stall', 'Three') },
];

/** What becomes an error of its own line, by the name of the line; and one that is answered all the same. */
export const FAULTY_LINES: { line: LineParams; type: string; message: string }[] = [
  { what: { stream: true }, type: 'invalid_request_error', message: 'stream' },
  { what: { max_tokens: 0 }, type: 'invalid_request_error', message: 'max_tokens' },
  { what: { speed: 'fast' }, type: 'invalid_request_error', message: 'speed' },
  { what: { colour: 'blue' }, type: 'invalid_request_error', message: 'colour' },
  { what: { model: 'nobody-has-this' }, type: 'not_found_error', message: 'nobody-has-this' },
  { what: { messages: [] }, type: 'invalid_request_error', message: 'messages' },
].map(({ what, type, message }) => ({
  line: { custom_id: Object.keys(what).join('-'), params: { ...ask('claude-opus-4-5', 'Hello'), ...what } },
  type,
  message,
}));

/** How many batches there are to page through; more than two pages of the default length. */
export const TO_PAGE = 45;
