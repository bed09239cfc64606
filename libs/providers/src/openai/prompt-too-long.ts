const TOO_LONG =
  /maximum context length|context.?(length|window).{0,20}exceed|exceed.{0,30}context|range of input length|input is too long|prompt is too long|exceeds? the max(imum)? (message|input|total message)/i;

const numberIn = (message: string, pattern: RegExp): number | undefined => {
  const digits = pattern.exec(message)?.[1]?.replaceAll(',', '');
  return digits === undefined ? undefined : Number(digits);
};

/** Whether an upstream's error says that the conversation does not fit into the model. */
export const saysTooLong = (code: string, message: string): boolean =>
  code === 'context_length_exceeded' || TOO_LONG.test(message);

/**
 * The same in the words of the Messages API, which clients read numbers from: Claude Code compacts a conversation on
 * the first form and asks for less output on the second.
 */
export const tooLongMessage = (message: string): string => {
  const limit = numberIn(message, /maximum context length (?:is|of) ([\d,]+)/i);
  const completion = numberIn(message, /([\d,]+) in the completion/i) ?? numberIn(message, /too large: ([\d,]+)/i);
  const prompt = promptTokens(message);
  if (limit === undefined || prompt === undefined) return `prompt is too long: ${message}`;
  if (prompt > limit || completion === undefined) return `prompt is too long: ${prompt} tokens > ${limit} maximum`;
  return (
    `input length and \`max_tokens\` exceed context limit: ${prompt} + ${completion} > ${limit}, ` +
    'decrease input length or `max_tokens` and try again'
  );
};

const promptTokens = (message: string): number | undefined => {
  const messages = numberIn(message, /([\d,]+) in the messages/i);
  if (messages !== undefined) return messages + (numberIn(message, /([\d,]+) in the functions/i) ?? 0);
  return (
    numberIn(message, /resulted in ([\d,]+) tokens/i) ??
    numberIn(message, /(?:has|contains(?: at least)?) ([\d,]+) (?:input )?tokens/i) ??
    numberIn(message, /requested ([\d,]+) tokens/i)
  );
};
