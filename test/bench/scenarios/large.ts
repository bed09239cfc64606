import type { Bench } from '../bench.js';
import { type Figure, figure } from '../figure.js';
import { callsPerSecond, cpuUsPerCall } from '../measure.js';
import { conversation } from '../requests/conversation.js';
import { imageQuestion } from '../requests/image.js';
import { WHOLE_ANSWER_LATENCY } from './latency.js';
import type { Scenario } from './scenario.js';

const CALLERS = 8;
const TARGET = { of: 'ratio', most: 1.3 } as const;

const longConversation = async (bench: Bench): Promise<Figure[]> => {
  const name = '1 MB conversation';
  const workload = await bench.prepare(conversation('tokens=60'), CALLERS);
  const full = await workload.atFullSpeed(CALLERS);
  const half = await workload.atHalfLoad(full.switchyard);
  return [
    figure(name, full, { what: 'CPU per request', unit: 'µs', read: cpuUsPerCall, target: TARGET }),
    figure(name, full, { what: `requests, ${CALLERS} callers`, unit: '/s', read: callsPerSecond }),
    ...WHOLE_ANSWER_LATENCY.map((metric) => figure(name, half, metric)),
  ];
};

const image = async (bench: Bench): Promise<Figure[]> => {
  const name = '1 MB image';
  const workload = await bench.prepare(imageQuestion('tokens=60'), CALLERS);
  const full = await workload.atFullSpeed(CALLERS);
  return [
    figure(name, full, { what: 'CPU per request', unit: 'µs', read: cpuUsPerCall, target: TARGET }),
    figure(name, full, { what: `requests, ${CALLERS} callers`, unit: '/s', read: callsPerSecond }),
  ];
};

/** Bodies of 1 MB: thousands of small values, and one large one. */
export const large: Scenario = {
  name: 'large',
  run: async (bench) => [...(await longConversation(bench)), ...(await image(bench))],
};
