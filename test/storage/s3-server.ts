import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import S3rver from 's3rver';
import type { StorageAddress } from '#core';
import { S3Storage } from '../../libs/batches/src/storage/s3-storage.js';
import { listPage } from './s3-listing.js';

const BUCKET = 'bucket';

/** Told of every request; what it takes on itself, it gives true for. */
export type Interceptor = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface S3Server {
  /** Opens storage below a prefix of the bucket. */
  open(prefix: string, options?: { patienceMs?: number; bucket?: string }): Promise<S3Storage>;
  /** The whole bucket, and what a process needs in its environment to reach it. */
  readonly address: StorageAddress & { kind: 's3' };
  readonly env: Readonly<Record<string, string>>;
  /** `METHOD url` of each request so far. */
  readonly requests: string[];
  interceptor: Interceptor | undefined;
  /** S3 does, and many of its likes do not. */
  honoursConditions: boolean;
  close(): Promise<void>;
}

/**
 * A local S3 server: s3rver, and in front of it what it lacks. It answers before an object can be read and lets readers see half of
 * it, so objects are put in their place whole. It knows no `If-None-Match`, cannot abort uploads, and fails to list more than one page.
 */
export const startS3Server = async (directory: string): Promise<S3Server> => {
  const s3rver = new S3rver({
    directory,
    silent: true,
    allowMismatchedSignatures: true,
    configureBuckets: [{ name: BUCKET }],
  });
  await s3rver.configureBuckets();
  putWhole(s3rver);
  const serve = s3rver.callback();
  const turns = new Map<string, Promise<unknown>>();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    const key = decodeURIComponent(pathname.slice(`/${BUCKET}/`.length));
    if (pathname === `/${BUCKET}` || pathname === `/${BUCKET}/`)
      if (request.method === 'GET')
        return sendXml(response, 200, await listPage(join(directory, BUCKET), searchParams));
    const upload = searchParams.get('uploadId');
    if (request.method === 'DELETE' && upload !== null) {
      await rm(join(directory, BUCKET, '._S3rver_uploads', upload), { recursive: true });
      return response.writeHead(204).end();
    }
    if (!self.honoursConditions || request.headers['if-none-match'] !== '*') return serve(request, response);
    // One at a time, as S3 decides which of several comes first.
    const turn = (turns.get(key) ?? Promise.resolve()).then(async () => {
      if (!(await s3rver.store.existsObject(BUCKET, key))) {
        serve(request, response);
        return finished(response);
      }
      request.resume();
      return sendXml(response, 412, '<Error><Code>PreconditionFailed</Code></Error>');
    });
    turns.set(
      key,
      turn.catch(() => {}),
    );
    return turn;
  };

  const server = createServer((request, response) => {
    self.requests.push(`${request.method} ${request.url}`);
    if (self.interceptor?.(request, response)) return;
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const { port } = server.address() as AddressInfo;
  const credentials = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };
  const env = { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`, ...credentials };
  // The SDK looks for these itself.
  Object.assign(process.env, credentials);

  const self: S3Server = {
    requests: [],
    interceptor: undefined,
    honoursConditions: true,
    address: { kind: 's3', bucket: BUCKET, prefix: '' },
    env,
    open: (prefix, { bucket = BUCKET, patienceMs = 10_000 } = {}) =>
      S3Storage.open({ kind: 's3', bucket, prefix }, { env, patienceMs }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => {
        server.close(closed);
      });
    },
  };
  return self;
};

const sendXml = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
};

const putWhole = ({ store }: S3rver): void => {
  store.putObject = async ({ bucket, key, content, metadata }) => {
    const half = `${key}.${randomUUID()}`;
    const place = (name: string, resource: string) => store.getResourcePath(bucket, name, resource);
    const hash = createHash('md5');
    let size = 0;
    await mkdir(dirname(place(key, 'object')), { recursive: true });
    await pipeline(
      content,
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          hash.update(piece);
          size += piece.length;
          yield piece;
        }
      },
      createWriteStream(place(half, 'half')),
    );
    const md5 = hash.digest('hex');
    await store.putMetadata(bucket, half, metadata, md5);
    for (const resource of ['metadata.json', 'object.md5']) await rename(place(half, resource), place(key, resource));
    await rename(place(half, 'half'), place(key, 'object'));
    return { size, md5 };
  };
};
