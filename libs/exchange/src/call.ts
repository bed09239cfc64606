import type {
  ApiError,
  CallerKey,
  Deployment,
  Failure,
  OutboundRequest,
  Route,
  StopReason,
  Urgency,
  Usage,
} from '#core';
import type { RoutingPolicy } from '#routing';
import type { CallTrace } from './call-trace.js';

/** An admitted call: who asks for what, and where such calls may go. */
export interface Call {
  requestId: string;
  key: CallerKey;
  request: OutboundRequest;
  route: Route;
  /** On the exchange's clock: when the last byte of the request had arrived. */
  receivedAt: number;
  trace: CallTrace;
  urgency: Urgency;
  /** How often the client itself has sent this call before. */
  clientRetries: number;
  /** What keeps its conversation together; undefined: nothing does. */
  affinityKey(): string | undefined;
}

/** One entry of a call's history. */
export interface Attempt {
  deployment: Deployment;
  /** `200`, `abandoned`, or what went wrong: the upstream's status where it gave one, else the failure's kind. */
  outcome: string;
  failure: Failure | undefined;
  durationMs: number;
  firstByteMs: number | undefined;
  /** The upstream's own id of the request, for asking its operators. Logged, never shown to the caller. */
  upstreamRequestId: string | undefined;
  /** Members of the request that the deployment could not be told. */
  ignored: readonly string[];
}

/** How a call ended. Everything that is logged, counted and billed is read from here. */
export interface Settlement {
  call: Call;
  attempts: readonly Attempt[];
  /** What the choice of the deployments went by. */
  policy: RoutingPolicy;
  /** `answered`: whole. `failed`: the caller was told an error. `broken`: an error after content. `abandoned`: hung up. */
  outcome: 'answered' | 'failed' | 'broken' | 'abandoned';
  /** Status that the caller saw; undefined when it hung up before there was one. */
  status: number | undefined;
  /** What the caller was told went wrong. Its `cause` is for the log alone. */
  error: ApiError | undefined;
  usage: Usage;
  /** The output count is our estimate, because the answer broke before the upstream gave its own. */
  usageEstimated: boolean;
  stopReason: StopReason | null;
  durationMs: number;
  /** From the request's arrival to the first content given to the caller. */
  contentMs: number | undefined;
}
