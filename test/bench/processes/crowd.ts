import { yieldToOthers } from '../../../apps/worker/src/yield-to-others.js';
import { Caller } from '../load/caller.js';
import { paced } from '../load/paced.js';
import { shortQuestion } from '../requests/short.js';

/**
 * As many requests as a worker sends, with its priority, from a process that does nothing else with them: what the machine and the
 * upstream make of them. Ends when it is told to. Usage: crowd URL DIRECTIVES PER_SECOND
 */
const [, , url = '', directives = '', perSecond = ''] = process.argv;
yieldToOthers();
const caller = new Caller(url);
const request = shortQuestion(directives);
const expectedBytes = (await caller.whole(request)).length;
process.stdout.write(`a crowd on ${url}\n`);
await paced({ caller, request, expectedBytes }, { perSecond: Number(perSecond), forMs: Number.POSITIVE_INFINITY });
