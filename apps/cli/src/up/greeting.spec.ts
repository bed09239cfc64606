import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { curlLine } from './greeting.js';

const BODY = { model: 'm', messages: [{ role: 'user', content: 'what\'s "this" $HOME `x`' }] };

describe('the line to paste', () => {
  it.each([
    ['a key', 'sk-demo'],
    ['a variable', '$SWITCHYARD_KEY'],
  ])('survives the shell with %s', async (_, key) => {
    const arrived = Promise.withResolvers<unknown[]>();
    const server = createServer((request, response) => {
      void json(request).then((body) => arrived.resolve([request.url, request.headers['x-api-key'], body]));
      response.end('ok');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;

    const env = { PATH: process.env.PATH, SWITCHYARD_KEY: 'sk-demo' };
    const { stdout } = await promisify(execFile)('sh', ['-c', curlLine(url, key, BODY)], { env });

    expect(stdout).toBe('ok');
    expect(await arrived.promise).toEqual(['/v1/messages', 'sk-demo', BODY]);
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
});
