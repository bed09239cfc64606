import { describe, expect, it } from '@jest/globals';
import { bodyOf, weigh } from './weigh.js';

/** An input in pieces of so many bytes. */
const inputOf = (text: string | Buffer, pieceBytes = 7) => {
  const whole = Buffer.from(text);
  return {
    name: 'prompts',
    bytes: whole.length,
    async *open() {
      for (let at = 0; at < whole.length; at += pieceBytes) yield whole.subarray(at, at + pieceBytes);
    },
    dispose: () => Promise.resolve(),
  };
};

const check = (text: string | Buffer, model?: string) =>
  weigh(inputOf(text), { model, signal: new AbortController().signal, onBytes: () => undefined });

const bodyText = async (text: string | Buffer, model?: string): Promise<string> => {
  const pieces: Buffer[] = [];
  for await (const piece of bodyOf(inputOf(text), model)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
};

const faultsOf = async (text: string | Buffer): Promise<string[]> => {
  const error = await check(text).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'Failure', message: expect.stringContaining('Nothing was sent.') });
  return (error as Error).message.split('\n').filter((line) => line.startsWith('prompts'));
};

const A = '{"custom_id":"a","params":{"model":"m","max_tokens":1,"messages":[]}}';
const B = '{"params":{"messages":[{"role":"user","content":"ü\\n"}]},"custom_id":"b"}';
const BARE = '{"model":"m","max_tokens":1,"messages":[]}';

describe('what is submitted', () => {
  it.each([
    ['a request a line', `${A}\n${B}\n`],
    ['a last line without a line feed', `${A}\n${B}`],
    ['lines that end as on Windows, and empty ones', `${A}\r\n\r\n${B}\r\n  \n`],
    ['a byte order mark', `\ufeff${A}\n${B}`],
    ['the official form', `{"requests":[${A},${B}]}`],
    ['the official form, on many lines', `\ufeff\n{\n  "requests" : [\n${A},\n\n${B}\n]\n}\n`],
  ])('may be %s', async (_, text) => {
    const body = await bodyText(text);

    expect(JSON.parse(body)).toEqual({ requests: [JSON.parse(A), JSON.parse(B)] });
    expect(await check(text)).toEqual({ requests: 2, bytes: Buffer.byteLength(body) });
  });

  it('may be Messages requests, which are called after their lines', async () => {
    const { requests } = JSON.parse(await bodyText(`${BARE}\n\n${BARE}\n${A}`)) as {
      requests: { custom_id: string }[];
    };

    expect(requests.map(({ custom_id: id }) => id)).toEqual(['line-1', 'line-3', 'a']);
    expect(requests[0]).toEqual({ custom_id: 'line-1', params: JSON.parse(BARE) });
  });

  it('keeps every byte of the requests', async () => {
    const odd = '{ "max_tokens" :1.0e1, "messages": [ "\\u00e9" ] }';

    expect(await bodyText(`{"custom_id":"a","params":${odd}}`)).toBe(
      `{"requests":[{"custom_id":"a","params":${odd}}]}`,
    );
  });

  it('may be for another model', async () => {
    const text = `${A}\n{"custom_id":"b","params":{"messages":[]}}\n{"custom_id":"c","params":{}}`;

    expect(JSON.parse(await bodyText(text, 'other'))).toEqual({
      requests: [
        { custom_id: 'a', params: { model: 'other', max_tokens: 1, messages: [] } },
        { custom_id: 'b', params: { model: 'other', messages: [] } },
        { custom_id: 'c', params: { model: 'other' } },
      ],
    });
    expect((await check(text, 'other')).bytes).toBe(Buffer.byteLength(await bodyText(text, 'other')));
  });
});

describe('what is wrong with an input', () => {
  it('is told with its line, all at once', async () => {
    const text = [A, '{"custom_id":"x y","params":{}}', '', '{"custom_id":"c"', A, '{"prompt":"hi"}', '17'].join('\n');

    expect(await faultsOf(text)).toEqual([
      "prompts:2  custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'",
      expect.stringMatching(/^prompts:4 {2}not valid JSON: .* at byte 16 of this line$/),
      "prompts:5  custom_id: 'a' is the custom_id of line 1 already",
      expect.stringMatching(
        /^prompts:6 {2}is no request: write \{"custom_id": …, "params": \{…\}\}, or a Messages request/,
      ),
      expect.stringMatching(/^prompts:7 {2}not valid JSON: Expected an object/),
    ]);
  });

  it('is told up to ten times', async () => {
    expect(await faultsOf('nonsense\n'.repeat(50))).toHaveLength(10);
  });

  it.each([
    ['in a request', `{"requests":[\n${A},\n{"custom_id":"b",\n"params":nil}]}`, 3],
    ['between requests', `{"requests":[\n${A}\n,\n${B}\n${A}]}`, 4],
    ['behind the last', `{"requests":[\n${A}]\n`, 2],
    ['of an id given twice', `{"requests":[\n${A},\n\n${A}]}`, 4],
  ])('is told with its line in the official form: %s', async (_, text, line) => {
    expect(await faultsOf(text)).toEqual([expect.stringMatching(new RegExp(`^prompts:${line} {2}`))]);
  });

  it('may be that it is in the form of another service, or in both of ours', async () => {
    expect(await faultsOf('{"custom_id":"a","method":"POST","url":"/v1/x","body":{}}')).toEqual([
      expect.stringContaining('is in the form of another service'),
    ]);
    expect(await faultsOf(`${A}\n{"requests":[${A}]}`)).toEqual([expect.stringContaining('is a whole batch')]);
  });

  it('may be that there is nothing', async () => {
    for (const text of ['', '\n \n']) await expect(check(text)).rejects.toThrow('prompts holds no request.');
    await expect(check('{"requests":[]}')).rejects.toThrow('List should have at least 1 item');
  });

  it('may be that there is too much', async () => {
    const lines = Array.from({ length: 100_001 }, (_, at) => `{"custom_id":"n${at}","params":{}}\n`).join('');
    const error = await weigh(inputOf(lines, 65_536), {
      model: undefined,
      signal: new AbortController().signal,
      onBytes: () => undefined,
    }).catch((thrown: Error) => thrown.message);

    expect(error).toMatch(/^prompts:100001 {2}is one too many: a batch has at most 100000 requests; split the file/);
  });
});
