/** An SSE event of the Messages API, whose name is the type of its data. https://platform.claude.com/docs/en/build-with-claude/streaming */
export const encodeEvent = (data: { type: string; [field: string]: unknown }): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
