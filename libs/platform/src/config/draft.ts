import type { Environment } from './environment-reference.js';
import { type Fault, formatPath, type Path, sortFaults } from './fault.js';
import { YamlTree } from './yaml-tree.js';

/**
 * The file between its text and its meaning: values by path, and the one place for everything that is wrong with
 * them. Judging goes on after a fault, so that all are found at once.
 */
export class Draft {
  readonly #tree: YamlTree;
  readonly #faults: Fault[];
  readonly #warnings: Fault[] = [];
  /** Paths whose value could not be made out; whatever else is said of them would be noise. */
  readonly #unreadable: ReadonlySet<string>;

  constructor(text: string, env: Environment) {
    this.#tree = new YamlTree(text, env);
    this.#faults = [...this.#tree.faults];
    if (this.#tree.root === null)
      this.#faults.push({
        line: 0,
        column: 0,
        path: '',
        message: 'is empty; begin with a copy of examples/switchyard.yaml',
      });
    this.#unreadable = new Set(this.#faults.map((fault) => fault.path));
  }

  /** Whether there is anything to judge: not if the file is empty or its syntax is broken. */
  get readable(): boolean {
    return this.#tree.root !== undefined && this.#tree.root !== null;
  }

  get faults(): Fault[] {
    return sortFaults(this.#faults);
  }

  get warnings(): Fault[] {
    return sortFaults(this.#warnings);
  }

  /** The value at a path; undefined when there is none. */
  at(path: Path): unknown {
    let value = this.#tree.root;
    for (const step of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
      value = (value as Record<string | number, unknown>)[step];
    }
    return value;
  }

  /** The value at a path if it is text. */
  text(path: Path): string | undefined {
    const value = this.at(path);
    return typeof value === 'string' ? value : undefined;
  }

  /** The paths of the entries of the mapping or list at a path; none when it is neither. */
  entries(path: Path): Path[] {
    const value = this.at(path);
    if (typeof value !== 'object' || value === null) return [];
    return Array.isArray(value)
      ? value.map((_, index) => [...path, index])
      : Object.keys(value).map((name) => [...path, name]);
  }

  /** Refuses the file for the value at `path`. The message reads on from the path: "is …; write …". */
  fault(path: Path, message: string): void {
    const name = formatPath(path);
    if (this.#unreadable.has(name)) return;
    this.#faults.push({ ...this.#place(path, isCollection(this.at(path))), path: name, message });
  }

  /** Refuses the file for the name itself that `path` ends in. */
  faultName(path: Path, message: string): void {
    this.#faults.push({ ...this.#place(path, true), path: formatPath(path), message });
  }

  /** Says what the file asks for and will not get, or will not use. */
  warn(path: Path, message: string): void {
    this.#warnings.push({ ...this.#place(path, true), path: formatPath(path), message });
  }

  /** Where an entry stands; for one that is missing, where it would belong. */
  #place(path: Path, byName: boolean): { line: number; column: number } {
    for (let length = path.length; length > 0; length--) {
      const name = formatPath(path.slice(0, length));
      const value = this.#tree.values.get(name);
      const place = byName || length < path.length ? (this.#tree.names.get(name) ?? value) : value;
      if (place) return place;
    }
    return { line: 1, column: 1 };
  }
}

const isCollection = (value: unknown): boolean => typeof value === 'object' && value !== null;
