export { ApiError, errorEnvelope, STATUS_OF } from './api-error.js';
export type { CallerKey } from './caller-key.js';
export type { ApiErrorType, ErrorObject } from './api-error.js';
export { VENDORS } from './deployment.js';
export type {
  AffinityPolicy,
  Credential,
  Deployment,
  Provider,
  ProviderKind,
  Route,
  Timeouts,
  VendorName,
} from './deployment.js';
export type { HealthMark } from './health-mark.js';
export { InvalidJson } from './invalid-json.js';
export { endOfElement, findMember, forEachElement } from './json-children.js';
export { applyEdits, memberRemovals, moveEdits, Removals, replaceValue } from './json-edit.js';
export type { Edit } from './json-edit.js';
export { scanTopLevel } from './json-scan.js';
export type { Member, TopLevelScan } from './json-scan.js';
export type {
  CredentialLimits,
  Estimate,
  LimitDimension,
  Limits,
  LimitsMode,
  Refusal,
  ReportedLimit,
  Reservation,
  Urgency,
} from './limits.js';
export { mintId } from './message-id.js';
export type {
  ApiVersion,
  ContentBlock,
  Endpoint,
  Message,
  MessagesRequest,
  StopReason,
  WireUsage,
} from './messages.js';
export type {
  Failure,
  FailureKind,
  OutboundRequest,
  ProviderAdapter,
  StreamReader,
  UpstreamRequest,
  WholeAnswer,
} from './provider-adapter.js';
export type { StorageAddress } from './storage-address.js';
export type { RedisAddress } from './redis-address.js';
export { encodeEvent } from './stream-events.js';
export type { BlockDelta, StreamEvent } from './stream-events.js';
export { mergeUsage, NO_USAGE } from './usage.js';
export type { Usage } from './usage.js';
