import { connect, type Socket } from 'node:net';
import { SlowPipe } from './slow-pipe.js';
import type { Toxics } from './toxics.js';

/** Where the target listens. */
export interface Target {
  host: string;
  port: number;
}

/** What a link asks of its proxy. */
export interface LinkOwner {
  toxics(): Toxics;
  /** Counts a reply, and tells whether it is one to lose. */
  losesReply(): boolean;
  /** Somebody has spoken on a connection that was closed already. */
  raced(): void;
  closed(): void;
}

/** No protocol begins a line like this. */
const NONSENSE = Buffer.from('\u0000!!nonsense!!\r\n\r\n');

/** One connection through a fault proxy, with both its halves. */
export class FaultyLink {
  private readonly target: Socket;
  private readonly toTarget: SlowPipe;
  private readonly toCaller: SlowPipe;
  private fromTarget = 0;
  private inReply = false;
  /** Something was asked and not answered yet. */
  private isBusy = false;
  private idle: NodeJS.Timeout | undefined;
  private expired = false;

  constructor(
    private readonly caller: Socket,
    { host, port }: Target,
    private readonly owner: LinkOwner,
  ) {
    this.target = connect({ host, port, allowHalfOpen: true });
    for (const socket of [caller, this.target]) {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
    }
    this.toTarget = new SlowPipe(caller, this.target, () => owner.toxics());
    this.toCaller = new SlowPipe(this.target, caller, () => owner.toxics());
    this.relay();
    this.changed();
  }

  /** The toxics are others now. */
  changed(): void {
    if (this.owner.toxics().halfOpen) this.target.destroy();
    this.rearm();
  }

  /** Breaks both sides off (RST). */
  reset(): void {
    if (!this.caller.destroyed) this.caller.resetAndDestroy();
    this.target.destroy();
  }

  private relay(): void {
    const { caller, target, owner } = this;
    caller.on('data', (chunk: Buffer) => this.asked(chunk));
    target.on('data', (chunk: Buffer) => this.replied(chunk));
    caller.on('end', () => this.toTarget.end());
    target.on('end', () => this.toCaller.end());
    target.on('close', () => {
      if (!owner.toxics().halfOpen && !this.expired) this.toCaller.end();
    });
    caller.on('close', () => {
      clearTimeout(this.idle);
      target.destroy();
      owner.closed();
    });
  }

  private asked(chunk: Buffer): void {
    if (this.expired) {
      this.owner.raced();
      return this.reset();
    }
    this.isBusy = true;
    this.rearm();
    this.inReply = false;
    const { drop, garbage, halfOpen } = this.owner.toxics();
    if (drop || halfOpen) return;
    if (garbage) this.caller.write(NONSENSE);
    else this.toTarget.write(chunk);
  }

  private replied(chunk: Buffer): void {
    this.isBusy = false;
    this.rearm();
    const { drop, garbage, resetAfterBytes } = this.owner.toxics();
    if (drop || garbage || this.expired) return;
    if (!this.inReply && this.owner.losesReply()) return this.reset();
    this.inReply = true;
    this.fromTarget += chunk.length;
    if (resetAfterBytes !== undefined && this.fromTarget > resetAfterBytes) this.reset();
    else this.toCaller.write(chunk);
  }

  /** Counts silence anew; to wait for an answer is none. */
  private rearm(): void {
    clearTimeout(this.idle);
    const { closeIdleAfterMs } = this.owner.toxics();
    if (closeIdleAfterMs === undefined || this.isBusy) return;
    this.idle = setTimeout(() => this.expire(), closeIdleAfterMs);
  }

  /** The side that closes knows at once; the other hears of it later, and may have sent something by then. */
  private expire(): void {
    this.expired = true;
    this.target.destroy();
    this.idle = setTimeout(() => this.caller.destroy(), this.owner.toxics().closeNoticeMs ?? 0);
  }
}
