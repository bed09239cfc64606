/** Bytes of text that make a token, about. English has four characters to a token, and JSON costs some of them. */
const BYTES_PER_TOKEN = 4;

/** What Claude charges for the largest image that it does not scale down. */
const IMAGE_TOKENS = 1_600;

/** Of a PDF: a page, the base64 that we take for one, and the most pages that a request may have. Rules of thumb. */
const PAGE_TOKENS = 2_000;
const PAGE_BYTES = 60_000;
const MOST_PAGES = 100;

/** `%PDF-` in base64. */
const PDF = 'JVBERi';

/** Below this even a body that is all media is reckoned well enough as text. */
const SMALL_BODY = 16_384;

/** A string of media longer than two strides cannot slip through between two looks. Shorter ones count as text, which is no more than an image. */
const STRIDE = 3_200;

/** As many letters in a row make a look certain enough to see where the string begins. */
const SAMPLE = 48;

const QUOTE = 0x22;
const IS_BASE64 = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(/[A-Za-z0-9+/=]/.test(String.fromCharCode(byte)) && byte < 0x80),
);

const isBase64 = (body: Buffer, from: number): boolean => {
  const end = from + SAMPLE;
  for (let at = from; at < end; at++) if (IS_BASE64[body[at] ?? 0] === 0) return false;
  return true;
};

/** Whether the string that opens at `quote` is the value of a member `data`, where the API has media. */
const isData = (body: Buffer, quote: number): boolean =>
  /"data"\s*:\s*$/.test(body.toString('latin1', Math.max(0, quote - 32), quote));

const mediaTokens = (body: Buffer, start: number, end: number): number =>
  body.toString('latin1', start, start + PDF.length) === PDF
    ? PAGE_TOKENS * Math.min(MOST_PAGES, Math.ceil((end - start) / PAGE_BYTES))
    : IMAGE_TOKENS;

/**
 * Roughly how many input tokens a request's body stands for: a quarter of its bytes, but for images and documents in base64,
 * whose bytes say nothing. Does not parse: it looks at the body every few kilobytes and, where that is base64, at the string
 * around it; each string once, so the time is in proportion to the body. A megabyte takes 10 µs at most.
 */
export const estimateInput = (body: Buffer): number => {
  let textBytes = body.length;
  let tokens = 0;
  for (let at = STRIDE; body.length > SMALL_BODY && at < body.length; at += STRIDE) {
    if (!isBase64(body, at)) continue;
    const start = body.lastIndexOf(QUOTE, at) + 1;
    const closing = body.indexOf(QUOTE, at);
    const end = closing < 0 ? body.length : closing;
    if (end - start > 2 * STRIDE && isData(body, start - 1)) {
      textBytes -= end - start;
      tokens += mediaTokens(body, start, end);
    }
    at = end;
  }
  return tokens + Math.ceil(textBytes / BYTES_PER_TOKEN);
};
