/**
 * How a request is kept: one line, `{"custom_id":"a","params":{…}}`, with `params` byte for byte as sent but for line
 * breaks, which are spaces. It is JSON for every reader; whoever knows that it is of this form need not parse it.
 */

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

const CUSTOM_ID_START = '{"custom_id":"'.length;
const BETWEEN = '","params":';
const END = '}\n';

/** What a line is more than its id and its params. */
const OVERHEAD = CUSTOM_ID_START + BETWEEN.length + END.length;

/** Valid JSON has line breaks between tokens only, where they are white space. */
const joinLines = (json: Buffer): void => {
  if (!json.includes(LINE_FEED) && !json.includes(CARRIAGE_RETURN)) return;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN) json[at] = SPACE;
  }
};

/** In bytes, its line feed included. */
export const lineLength = (customId: string, params: Buffer): number => OVERHEAD + customId.length + params.length;

/**
 * Writes the line of a request to `target`, and returns the offset behind it. `params` must be valid JSON, and may be a
 * part of `target`, even of the place where the line goes. `customId` must need no escapes.
 */
export const writeLine = (customId: string, params: Buffer, target: Buffer, at: number): number => {
  const paramsStart = at + CUSTOM_ID_START + customId.length + BETWEEN.length;
  // First, because the rest of the line may go where the params still are.
  const paramsEnd = paramsStart + params.copy(target, paramsStart);
  target.write(`{"custom_id":"${customId}${BETWEEN}`, at, 'latin1');
  joinLines(target.subarray(paramsStart, paramsEnd));
  return paramsEnd + target.write(END, paramsEnd, 'latin1');
};

/** The parts of a line that `writeLine` wrote, with or without its line feed. `params` is a view into it. */
export const readLine = (line: Buffer): { customId: string; params: Buffer } => {
  const idEnd = line.indexOf('"', CUSTOM_ID_START);
  return {
    customId: line.toString('latin1', CUSTOM_ID_START, idEnd),
    params: line.subarray(idEnd + BETWEEN.length, line.lastIndexOf('}')),
  };
};
