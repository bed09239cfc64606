/** Something that a test can make wait. */
export class Holdable {
  /** Settles when there is no more to wait for; undefined where nothing is held. */
  protected held: Promise<void> | undefined;
  private letGo: () => void = () => undefined;

  /** From now on everything waits until `go`. */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.held = promise;
    this.letGo = resolve;
  }

  go(): void {
    this.held = undefined;
    this.letGo();
  }
}
