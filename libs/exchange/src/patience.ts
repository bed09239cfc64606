import type { OutboundRequest, Timeouts } from '#core';

/**
 * The slowest generation that is still called one: 128,000 tokens an hour. The official clients reckon with the same when
 * they set the deadline of a call that is not streamed.
 */
const MS_PER_TOKEN = 3_600_000 / 128_000;

/**
 * How long an upstream may say nothing. A stream begins as soon as there is a word; an answer that is not streamed begins
 * when it is finished, so it is given the time that its longest would take besides.
 */
export const firstByteAllowance = ({ stream, maxTokens }: OutboundRequest, { firstByteMs }: Timeouts): number =>
  stream ? firstByteMs : firstByteMs + Math.round(maxTokens * MS_PER_TOKEN);
