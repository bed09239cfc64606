import { figure } from '../figure.js';
import { callsPerSecond, cpuUsPerCall } from '../measure.js';
import { shortQuestion } from '../requests/short.js';
import { WHOLE_ANSWER_LATENCY } from './latency.js';
import type { Scenario } from './scenario.js';

const NAME = 'small JSON';
const CALLERS = 32;

/** 1 KB of question, 1 KB of answer, nothing streamed: all overhead and no payload. */
export const small: Scenario = {
  name: 'small',
  run: async (bench) => {
    const workload = await bench.prepare(shortQuestion('tokens=40'), CALLERS);
    const full = await workload.atFullSpeed(CALLERS);
    const half = await workload.atHalfLoad(full.switchyard);
    return [
      figure(NAME, full, {
        what: 'CPU per request',
        unit: 'µs',
        read: cpuUsPerCall,
        target: { of: 'ratio', most: 1.5 },
      }),
      figure(NAME, full, { what: `requests, ${CALLERS} callers`, unit: '/s', read: callsPerSecond }),
      ...WHOLE_ANSWER_LATENCY.map((metric) => figure(NAME, half, metric)),
    ];
  },
};
