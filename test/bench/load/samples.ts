/** Measured values, kept whole: a percentile of an estimate would be an estimate of an estimate. */
export class Samples {
  private values = new Float64Array(4096);
  private sorted = true;
  count = 0;

  add(value: number): void {
    if (this.count === this.values.length) {
      const larger = new Float64Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count++] = value;
    this.sorted = false;
  }

  /** The smallest value that at least `share` of all values do not exceed; NaN when there are none. */
  percentile(share: number): number {
    const kept = this.values.subarray(0, this.count);
    if (!this.sorted) kept.sort();
    this.sorted = true;
    return kept[Math.max(0, Math.ceil(share * this.count) - 1)] ?? Number.NaN;
  }
}
