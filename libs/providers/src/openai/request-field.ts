import { ApiError } from '#core';

/** The complaint about something that is right in itself but cannot be said to this upstream. */
export const UNSUPPORTED = 'Not supported by the provider that serves this model';

/**
 * A value of the request together with where it stands, so that a refusal names it: `messages.0.role: Field required`.
 * Every reader throws a 400 `ApiError` in the wording of the API, on which clients match.
 */
export class RequestField {
  constructor(
    readonly value: unknown,
    readonly path = '',
  ) {}

  refuse(complaint: string): never {
    throw new ApiError('invalid_request_error', this.path === '' ? complaint : `${this.path}: ${complaint}`);
  }

  /** False for `null` too: the API's optional fields are nullable, and clients send `null` for "not set". */
  get present(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** Something is wanted: `false` and an empty list may be present, and ask for nothing. */
  get asked(): boolean {
    const isEmpty = Array.isArray(this.value) && this.value.length === 0;
    return this.present && this.value !== false && !isEmpty;
  }

  /** A member of this object, absent or not. */
  get(name: string): RequestField {
    return new RequestField(this.record()[name], this.path === '' ? name : `${this.path}.${name}`);
  }

  /** The same value, its type named in the path as the API does for blocks: `messages.0.content.1.text`. */
  labelled(type: string): RequestField {
    return new RequestField(this.value, `${this.path}.${type}`);
  }

  private required(): unknown {
    if (this.value === undefined) this.refuse('Field required');
    return this.value;
  }

  record(): Record<string, unknown> {
    const value = this.required();
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.refuse('Input should be a valid dictionary');
    }
    return value as Record<string, unknown>;
  }

  list(): RequestField[] {
    const value = this.required();
    if (!Array.isArray(value)) this.refuse('Input should be a valid list');
    return (value as unknown[]).map((item, index) => new RequestField(item, `${this.path}.${index}`));
  }

  text(): string {
    const value = this.required();
    return typeof value === 'string' ? value : this.refuse('Input should be a valid string');
  }

  flag(): boolean {
    const value = this.required();
    return typeof value === 'boolean' ? value : this.refuse('Input should be a valid boolean');
  }

  number(least: number, most = Infinity): number {
    const value = this.required();
    if (typeof value !== 'number') return this.refuse('Input should be a valid number');
    if (value < least) this.refuse(`Input should be greater than or equal to ${least}`);
    if (value > most) this.refuse(`Input should be less than or equal to ${most}`);
    return value;
  }

  integer(least: number): number {
    if (typeof this.required() !== 'number' || !Number.isInteger(this.value)) {
      this.refuse('Input should be a valid integer');
    }
    return this.number(least);
  }

  oneOf<Choice extends string>(choices: readonly Choice[]): Choice {
    const value = this.required();
    const choice = choices.find((candidate) => candidate === value);
    if (choice !== undefined) return choice;
    const quoted = choices.map((candidate) => `'${candidate}'`);
    return this.refuse(
      `Input should be ${quoted.slice(0, -1).join(', ')}${quoted.length > 1 ? ' or ' : ''}${quoted.at(-1)}`,
    );
  }

  /** Objects of a request are closed: a name that nobody reads is a mistake that would otherwise be lost. */
  only(...names: string[]): void {
    for (const name of Object.keys(this.record())) {
      if (!names.includes(name)) this.get(name).refuse('Extra inputs are not permitted');
    }
  }
}
