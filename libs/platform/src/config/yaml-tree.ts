import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { type Environment, expandReferences, unveilReferences, veilReferences } from './environment-reference.js';
import { type Fault, formatPath, type Path } from './fault.js';

/** Deeper than any entry can be. An alias inside what it stands for would have no end. */
const DEEPEST = 12;

const WORDS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this name is written twice; keep one of the two',
  MULTIPLE_DOCS: 'a second document begins here; the file holds one',
  TAB_AS_INDENT: 'a tab is used for indentation; use spaces',
};

/** A line and a column, counted from 1. */
export interface Place {
  line: number;
  column: number;
}

/** A YAML text as plain values, with the environment filled in and the place of everything known. */
export class YamlTree {
  /** Mappings as objects, lists as arrays. Undefined when the text is not YAML. */
  readonly root: unknown;
  /** Broken syntax, names written twice, and references that cannot be filled in. */
  readonly faults: Fault[] = [];
  /** Where the name of each entry stands, by formatted path. */
  readonly names = new Map<string, Place>();
  /** Where each value stands, by formatted path. */
  readonly values = new Map<string, Place>();
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  constructor(
    text: string,
    private readonly env: Environment,
  ) {
    this.#document = parseDocument(veilReferences(text), { lineCounter: this.#lines, prettyErrors: false });
    for (const { code, message, pos } of [...this.#document.errors, ...this.#document.warnings]) {
      const words = WORDS[code] ?? `this is not YAML (${unveilReferences(message)}); mend it here or just above`;
      this.faults.push({ ...this.#place(pos[0]), path: '', message: words });
    }
    if (this.faults.length === 0) this.root = this.#read(this.#document.contents, []);
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }

  #mark(places: Map<string, Place>, path: Path, node: unknown): void {
    const name = formatPath(path);
    if (isNode(node) && node.range && !places.has(name)) places.set(name, this.#place(node.range[0]));
  }

  #fault(path: Path, message: string): undefined {
    const name = formatPath(path);
    const place = this.values.get(name) ?? this.names.get(name) ?? this.#place(0);
    this.faults.push({ ...place, path: name, message });
  }

  #read(node: unknown, path: Path): unknown {
    this.#mark(this.values, path, node);
    if (path.length > DEEPEST) return this.#fault(path, 'is nested too deeply; no entry lies so deep');
    if (isAlias(node)) return this.#read(node.resolve(this.#document), path);
    if (isMap(node)) return this.#readMapping(node, path);
    if (isSeq(node)) return node.items.map((item, index) => this.#read(item, [...path, index]));
    return isScalar(node) ? this.#readScalar(node, path) : null;
  }

  #readMapping(map: YAMLMap, path: Path): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    for (const { key, value } of map.items) {
      const name = unveilReferences(isScalar(key) ? String(key.value) : String(key));
      const entry = [...path, name];
      this.#mark(this.names, entry, key);
      if (name.includes('${')) this.#fault(entry, 'a name cannot come from the environment; write it out');
      const plain = this.#read(value, entry);
      if (plain !== undefined) entries.push([name, plain]);
    }
    return Object.fromEntries(entries);
  }

  /** Undefined when the environment leaves the entry out, or should have filled it in and did not. */
  #readScalar(scalar: Scalar, path: Path): unknown {
    if (typeof scalar.value !== 'string') return scalar.value;
    const expansion = expandReferences(scalar.value, this.env);
    return 'problem' in expansion ? this.#fault(path, expansion.problem) : expansion.text;
  }
}
