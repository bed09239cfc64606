import type { S3 } from '@aws-sdk/client-s3';
import { StorageError } from './storage-error.js';

const ATTEMPTS = 3;
const CONNECT_MS = 5_000;

/**
 * A client by the standard AWS variables: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html. Credentials
 * are found by the SDK itself. With an endpoint of its own, buckets are addressed in the path, since few such servers have a
 * wildcard name. The SDK is loaded only here, because most do without.
 */
export const openClient = async (env: NodeJS.ProcessEnv, patienceMs: number): Promise<S3> => {
  const { S3 } = await import('@aws-sdk/client-s3').catch((error: unknown) => {
    throw new StorageError(
      'away',
      'Storing in S3 needs the package @aws-sdk/client-s3, which is not installed. Run: npm install @aws-sdk/client-s3',
      error,
    );
  });
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL;
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || (endpoint && 'us-east-1');
  return new S3({
    ...(region && { region }),
    ...(endpoint && { endpoint, forcePathStyle: true }),
    followRegionRedirects: true,
    maxAttempts: ATTEMPTS,
    // With more, bodies are sent in a framing that other servers take for a part of them.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: Math.min(CONNECT_MS, patienceMs),
      requestTimeout: patienceMs / 2,
      throwOnRequestTimeout: true,
    },
  });
};
