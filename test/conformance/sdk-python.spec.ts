import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, TEST_ADMIN_KEY, TEST_KEY } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { HELLO, PICTURES, THINKING, THREE_TURNS, WEATHER_TOOL } from './conversation.js';
import { BROKEN_STREAM, ERROR_CASES } from './error-cases.js';
import { LANES, startLane } from './lane.js';
import { describeEachPython, runPython } from './python.js';

/** What `python/sdk_scenarios.py` does, in its own words, so that each is a test of its own. */
const SCENARIOS = [
  'creates a message',
  'streams the same message, event by event and put together',
  'calls tools over three turns',
  'thinks over three turns and gives its signatures back',
  'signs the same thought alike, whole and streamed',
  'shows pictures',
  'counts tokens',
  'lists models page by page, and finds one by its name and by its alias',
  'calls the beta methods',
  'may set a temperature only in the version of the API that has one',
  'raises the error in the middle of a stream',
  ...ERROR_CASES.map(({ status, what }) => `raises ${status} for ${what}`),
];

describe.each(LANES)('through the gateway, %s,', (lane) => {
  let simulator: Simulator;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    simulator = await startSimulator();
    gateway = await startLane(lane, simulator.url);
  });
  afterAll(() => Promise.all([gateway?.stop(), simulator?.close()]));

  describeEachPython((python) => {
    const wrong = new Map<string, string | null>();
    beforeAll(async () => {
      const argument = {
        lane,
        url: gateway.url,
        key: TEST_KEY,
        admin_key: TEST_ADMIN_KEY,
        hello: HELLO,
        tool: WEATHER_TOOL,
        thinking: THINKING,
        three_turns: THREE_TURNS,
        pictures: PICTURES,
        broken_stream: BROKEN_STREAM,
        error_cases: ERROR_CASES,
      };
      const printed = await runPython(python, { script: 'sdk_scenarios.py', argument });
      for (const line of printed.trim().split('\n')) {
        const said = JSON.parse(line) as { name: string; wrong: string | null };
        wrong.set(said.name, said.wrong);
      }
    });

    it.each(SCENARIOS)('%s', (name) => {
      expect(wrong.get(name)).toBeNull();
    });

    it('has a test for every scenario', () => {
      expect([...wrong.keys()].sort()).toEqual([...SCENARIOS].sort());
    });
  });
});
