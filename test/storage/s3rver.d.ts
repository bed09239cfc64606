/** What the tests use of s3rver, which comes without types. */
declare module 's3rver' {
  import type { RequestListener } from 'node:http';

  interface StoredObject {
    bucket: string;
    key: string;
    content: AsyncIterable<Buffer>;
    metadata: object;
  }

  interface Store {
    existsObject(bucket: string, key: string): Promise<boolean>;
    putObject(object: StoredObject): Promise<{ size: number; md5: string }>;
    putMetadata(bucket: string, key: string, metadata: object, md5: string): Promise<void>;
    getResourcePath(bucket: string, key: string, resource: string): string;
  }

  export default class S3rver {
    constructor(options: {
      directory: string;
      silent: boolean;
      allowMismatchedSignatures: boolean;
      configureBuckets: { name: string }[];
    });
    readonly store: Store;
    configureBuckets(): Promise<unknown>;
    callback(): RequestListener;
  }
}
