import { BodyFailure } from './pieces.js';
import { StorageError, type StorageErrorCode } from './storage-error.js';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, and what other servers and the SDK say. */
const CODES: Readonly<Record<string, StorageErrorCode>> = {
  NoSuchBucket: 'missing',
  QuotaExceeded: 'full',
  XMinioStorageFull: 'full',
  XMinioAdminBucketQuotaExceeded: 'full',
  AccessDenied: 'denied',
  AccountProblem: 'denied',
  AllAccessDisabled: 'denied',
  CredentialsProviderError: 'denied',
  ExpiredToken: 'denied',
  InvalidAccessKeyId: 'denied',
  SignatureDoesNotMatch: 'denied',
};
const STATUSES: Readonly<Record<number, StorageErrorCode>> = { 401: 'denied', 403: 'denied', 507: 'full' };

const CURES: Readonly<Record<StorageErrorCode, string>> = {
  missing: 'Create it, or name another one in `storage`.',
  full: 'Make room in it, or raise its quota.',
  denied:
    'See that the AWS_… variables hold valid credentials, and that those may get, put, delete and list objects and abort uploads in it.',
  away: 'See that it can be reached from here; AWS_ENDPOINT_URL_S3 and AWS_REGION say where it is looked for.',
  corrupt: 'See that no proxy on the way changes bodies.',
};

interface AnswerFacts {
  name?: string;
  code?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
}

const factsOf = (error: unknown): AnswerFacts => (typeof error === 'object' && error !== null ? error : {});

/** The name that S3 has for an error, or the system for one of the network. */
const nameOf = (error: unknown): string => {
  const { name, code, message } = factsOf(error);
  return (name === 'Error' ? undefined : name) ?? code ?? message ?? 'an unknown error';
};

const statusOf = (error: unknown): number | undefined => factsOf(error).$metadata?.httpStatusCode;

/** Whether there is no such object. Asked for a head, S3 says no more than 404, even when the bucket is what is missing. */
export const isAbsentObject = (error: unknown): boolean => statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket';

/** Whether `If-None-Match: *` did not hold. */
export const isPresentObject = (error: unknown): boolean => statusOf(error) === 412;

/** Whether a removal came between, so that S3 wants to be asked again. */
export const isConflict = (error: unknown): boolean => statusOf(error) === 409;

/** Whether the server refuses to know `If-None-Match`. */
export const isNotImplemented = (error: unknown): boolean => statusOf(error) === 501;

/** Whether the range that was asked for lies beyond the end. */
export const isBeyondEnd = (error: unknown): boolean => statusOf(error) === 416;

/** A failed call of the SDK in the words of a `Storage`. */
export const s3Fault = (bucket: string, error: unknown): unknown => {
  if (error instanceof BodyFailure) return error.cause;
  if (error instanceof StorageError) return error;
  const name = nameOf(error);
  const kind = CODES[name] ?? STATUSES[statusOf(error) ?? 0] ?? 'away';
  return new StorageError(kind, `The bucket ${bucket} failed with ${name}. ${CURES[kind]}`, error);
};
