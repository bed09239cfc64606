const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Tells, piece by piece, whether a JSON object has reached its closing brace. Says nothing about its syntax. */
export class JsonExtent {
  private depth = 0;
  private inString = false;
  private escaped = false;
  /** True from the closing brace on. */
  complete = false;

  read(text: string): void {
    for (let at = 0; at < text.length; at++) this.step(text.charCodeAt(at));
  }

  private step(code: number): void {
    if (this.inString) {
      if (this.escaped) this.escaped = false;
      else if (code === BACKSLASH) this.escaped = true;
      else if (code === QUOTE) this.inString = false;
      return;
    }
    if (code === QUOTE) this.inString = true;
    else if (code === 0x7b || code === 0x5b) this.depth++;
    else if ((code === 0x7d || code === 0x5d) && --this.depth === 0) this.complete = true;
  }
}
