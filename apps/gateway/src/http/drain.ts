/** Whether this process still wants work. Once draining, it never goes back. */
export class Drain {
  draining = false;

  begin(): void {
    this.draining = true;
  }
}
