import type { Member, TopLevelScan } from '#core';

const LOWER_N = 0x6e;

/** The top-level fields of a request, read from its bytes one at a time. */
export class Fields {
  constructor(
    readonly body: Buffer,
    readonly scan: TopLevelScan,
  ) {}

  /** The field as it counts, which is the last of that name; undefined when absent. */
  find(name: string): Member | undefined {
    return this.scan.last(name);
  }

  /** The first byte of a field's value, which tells its type. */
  opening(name: string): number | undefined {
    const member = this.find(name);
    return member && this.body[member.valueStart];
  }

  /** Present and null. */
  isNull(name: string): boolean {
    return this.opening(name) === LOWER_N;
  }

  /** Parses a field's value. Undefined when absent. */
  value(name: string): unknown {
    const member = this.find(name);
    return member && JSON.parse(this.body.toString('utf8', member.valueStart, member.valueEnd));
  }
}
