import type { Meter } from '@opentelemetry/api';
import type { ChunkRun, Lane, LineStatus } from '#batches';
import { Tally } from '#platform';

const SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

/** What is asked for when somebody looks. */
export interface WorkerGauges {
  /** Chunks that run here, by lane. */
  running: () => Iterable<{ lane: Lane; chunks: number; places: number }>;
  /** Lines of batches that are under way here. */
  lines: () => number;
  /** How many may be, by route. */
  limits: () => Iterable<{ route: string; limit: number }>;
  /** Tickets in the queues that nobody has taken. */
  queued: () => Iterable<{ lane: Lane; chunks: number }>;
  /** Age of the open work that expires first; undefined when there is none, or it cannot be told. */
  oldestOpenMs: () => Promise<number | undefined>;
}

/** What is counted of jobs and batches in one worker. Labels are bounded by the configuration. */
export class WorkerMetrics {
  private readonly lines;
  private readonly resent;
  private readonly chunks;
  private readonly duration;

  constructor(meter: Meter, gauges: WorkerGauges) {
    this.lines = new Tally(meter, {
      name: 'switchyard.lines',
      description: 'Lines that were run here, by how they ended',
      labels: ['kind', 'status'],
    });
    this.resent = new Tally(meter, {
      name: 'switchyard.lines.sent_again',
      description:
        'Lines that were sent here though they had been sent before, because that answer was lost with its worker',
      labels: ['kind'],
    });
    this.chunks = new Tally(meter, {
      name: 'switchyard.chunks',
      description: 'Chunks that were run here, by how that ended',
      labels: ['lane', 'end'],
    });
    this.duration = meter.createHistogram('switchyard.chunk.duration', {
      description: 'From a chunk being taken to its end here',
      unit: 's',
      advice: { explicitBucketBoundaries: SECONDS },
    });
    this.show(meter, gauges);
  }

  lineEnded(kind: string, status: LineStatus): void {
    this.lines.add(1, kind, status);
  }

  lineSentAgain(kind: string): void {
    this.resent.add(1, kind);
  }

  chunkRun({ ticket, end, durationMs }: ChunkRun): void {
    this.chunks.add(1, ticket.lane, end ?? 'failed');
    this.duration.record(durationMs / 1000, { lane: ticket.lane });
  }

  private show(meter: Meter, { running, lines, limits, queued, oldestOpenMs }: WorkerGauges): void {
    meter
      .createObservableGauge('switchyard.chunks.running', { description: 'Chunks that run here' })
      .addCallback((gauge) => {
        for (const { lane, chunks } of running()) gauge.observe(chunks, { lane });
      });
    meter
      .createObservableGauge('switchyard.chunks.places', { description: 'Chunks that may run here' })
      .addCallback((gauge) => {
        for (const { lane, places } of running()) gauge.observe(places, { lane });
      });
    meter
      .createObservableGauge('switchyard.lines.under_way', { description: 'Lines of batches that are under way here' })
      .addCallback((gauge) => gauge.observe(lines()));
    meter
      .createObservableGauge('switchyard.lines.limit', {
        description: 'Lines that upstreams are found to take at once, by route',
      })
      .addCallback((gauge) => {
        for (const { route, limit } of limits()) gauge.observe(limit, { route });
      });
    meter
      .createObservableGauge('switchyard.chunks.queued', {
        description: 'Chunks in the queues, the same on every worker',
      })
      .addCallback((gauge) => {
        for (const { lane, chunks } of queued()) gauge.observe(chunks, { lane });
      });
    meter
      .createObservableGauge('switchyard.works.oldest_age', {
        description: 'Age of the open job or batch that expires first, the same on every worker',
        unit: 's',
      })
      .addCallback(async (gauge) => {
        const ms = await oldestOpenMs();
        if (ms !== undefined) gauge.observe(ms / 1000);
      });
  }
}
