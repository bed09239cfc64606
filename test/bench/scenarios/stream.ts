import type { Bench } from '../bench.js';
import { type Figure, figure } from '../figure.js';
import { busyPercent, callsPerSecond, cpuUsPerCall, type Measured } from '../measure.js';
import { shortQuestion } from '../requests/short.js';
import type { Scenario } from './scenario.js';

/** Events of a stream besides its text: its start and end, its one block's, a ping, and the message's delta. */
const FRAME_EVENTS = 6;
const BURST_CALLERS = 16;
const FLOW_CALLERS = 400;
const TARGET = { of: 'ratio', most: 1.3 } as const;

const streamOf = (events: number, pace = '') =>
  shortQuestion(`tokens=${events - FRAME_EVENTS}${pace}`, { stream: true });

const perEvent =
  (events: number) =>
  (measured: Measured): number =>
    cpuUsPerCall(measured) / events;

const eventsPerSecond =
  (events: number) =>
  (measured: Measured): number =>
    callsPerSecond(measured) * events;

/** As fast as the upstream can: many events arrive together. */
const burst = async (bench: Bench, events: number) => {
  const scenario = `stream, ${events} events at once`;
  const workload = await bench.prepare(streamOf(events), BURST_CALLERS);
  const full = await workload.atFullSpeed(BURST_CALLERS);
  const figures = [
    figure(scenario, full, { what: 'CPU per event', unit: 'µs', read: perEvent(events), target: TARGET }),
    figure(scenario, full, { what: `events, ${BURST_CALLERS} callers`, unit: '/s', read: eventsPerSecond(events) }),
  ];
  return { scenario, workload, full, figures };
};

/** The same, and how soon the first byte comes, which here brings the first content. */
const burstAndFirstByte = async (bench: Bench, events: number): Promise<Figure[]> => {
  const { scenario, workload, full, figures } = await burst(bench, events);
  const half = await workload.atHalfLoad(full.switchyard);
  const firstByte = (share: number) => ({
    what: `time to first byte p${share * 100} at half load`,
    unit: 'ms' as const,
    read: ({ tally }: Measured) => tally.firstByteMs.percentile(share),
    added: true,
  });
  return [
    ...figures,
    figure(scenario, half, { what: 'rate at half load', unit: '/s', read: callsPerSecond }),
    figure(scenario, half, { ...firstByte(0.5), target: { of: 'switchyard', most: 1 } }),
    figure(scenario, half, firstByte(0.99)),
  ];
};

/** As models write: every event comes by itself, 10 ms after the one before. */
const flow = async (bench: Bench, events: number): Promise<Figure[]> => {
  const name = `stream, ${events} events in 1 s`;
  const workload = await bench.prepare(streamOf(events, ';gap=10'), FLOW_CALLERS / 4);
  const full = await workload.atFullSpeed(FLOW_CALLERS);
  const half = await workload.atHalfLoad(full.switchyard);
  return [
    figure(name, full, { what: 'CPU per event', unit: 'µs', read: perEvent(events), target: TARGET }),
    figure(name, full, { what: `events, ${FLOW_CALLERS} callers`, unit: '/s', read: eventsPerSecond(events) }),
    figure(name, full, { what: 'busy', unit: '% of a core', read: busyPercent }),
    figure(name, half, { what: 'rate at half load', unit: '/s', read: callsPerSecond }),
    figure(name, half, { what: 'busy at half load', unit: '% of a core', read: busyPercent }),
    figure(name, half, { what: 'CPU per event at half load', unit: 'µs', read: perEvent(events), target: TARGET }),
    figure(name, half, {
      what: 'time to first content p50 at half load',
      unit: 'ms',
      read: ({ tally }) => tally.firstContentMs.percentile(0.5),
      added: true,
    }),
    figure(name, half, {
      what: 'gap between chunks p99 at half load',
      unit: 'ms',
      read: ({ tally }) => tally.gapMs.percentile(0.99),
      added: true,
    }),
  ];
};

/** Server-sent events. */
export const stream: Scenario = {
  name: 'stream',
  run: async (bench) => [
    ...(await burstAndFirstByte(bench, 100)),
    ...(await burst(bench, 1000)).figures,
    ...(await flow(bench, 100)),
  ],
};
