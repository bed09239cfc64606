export { assembleWorks } from './assemble.js';
export type { AssembledWorks } from './assemble.js';
export { BATCH_LIMITS, MAX_PARAMS_DEPTH } from './intake/limits.js';
export { type BatchRequest, readRequest } from './intake/read-request.js';
export { splitRequests } from './intake/split-requests.js';
export { UNANSWERED } from './desk/unanswered.js';
export type { ChunkOffers } from './chunk-offers.js';
export { CRASH_POINTS } from './crash-point.js';
export { layout } from './layout.js';
export type { LineSlots } from './line-slots.js';
export { readManifest } from './manifest-file.js';
export { connectWorkNews, connectWorkRedis } from './redis/connect.js';
export type { LoadLimits } from './redis/submissions.js';
export type { RunOutcome, WorkRunner } from './run/work-runner.js';
export { openWorkStore } from './work-store.js';
export type { WorkStore } from './work-store.js';
export { ChunkDispatcher } from './schedule/chunk-dispatcher.js';
export { type ChunkRun, ChunkWorker } from './schedule/chunk-worker.js';
export { connectQueue } from './schedule/connect-queue.js';
export { Doorbell } from './schedule/doorbell.js';
export { type Lane, LANES, SHARE_OF } from './schedule/lane.js';
export { Pulse } from './schedule/pulse.js';
export { type Places, Roster } from './schedule/roster.js';
export { Schedule } from './schedule/schedule.js';
export type { Ticket } from './schedule/ticket.js';
export type {
  AnswerEvents,
  JobEvent,
  Line,
  LineResult,
  LineRunner,
  LineStatus,
  Manifest,
  Priority,
  RanLine,
  Submission,
  Work,
  WorkKind,
  Works,
} from './work.js';
export { openStorage } from './storage/open-storage.js';
export type { Log, Storage } from './storage/storage.js';
export { StorageError } from './storage/storage-error.js';
export { checkWebhookUrl } from './webhooks/check-webhook-url.js';
export { type WebhookOutcome, WebhookSender } from './webhooks/webhook-sender.js';
export type { WebhookSettings } from './webhooks/webhook-settings.js';
