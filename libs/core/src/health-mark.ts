/**
 * A verdict that is worth telling the other replicas: something is not to be used for a while.
 * Breakers are not among them: they are each replica's own judgement.
 */
export interface HealthMark {
  /**
   * What is meant, in a form that is the same on every replica: a credential, a credential's use of one model, a provider's model;
   * or all that was learnt, which can only be lifted.
   * Made and read by `routing` only; opaque to everybody else. Holds no secret.
   */
  subject: string;
  kind: 'cooldown' | 'disabled';
  /** For people: `429 requests`, `401`. */
  reason: string;
  /** Milliseconds from now; 0 lifts the mark. Clocks of replicas differ, so no moment is told. */
  remainingMs: number;
}
