/** What V8's profiler writes, as far as we read it. https://chromedevtools.github.io/devtools-protocol/tot/Profiler/ */
export interface CpuProfile {
  nodes: readonly { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: readonly number[];
  /** Microseconds before each sample. */
  timeDeltas: readonly number[];
}

/** Microseconds spent in code itself, not in what it calls. */
export interface SelfTime {
  byGroup: ReadonlyMap<string, number>;
  byFunction: ReadonlyMap<string, number>;
}

const PACKAGE = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const OURS = /\/dist\/((?:libs|apps)\/[^/]+|test\/bench)\//;

/** A package, a library of ours, a part of Node, or V8's own `(garbage collector)` and `(program)`, which is native code. */
const groupOf = (name: string, url: string): string => {
  if (url === '') return name.startsWith('(') ? name : '(native function)';
  if (url.startsWith('node:')) return url.replace(/^node:(internal\/)?_?([a-z]+).*$/, 'node:$2');
  return OURS.exec(url)?.[1] ?? PACKAGE.exec(url)?.[1] ?? url;
};

const placeOf = (name: string, url: string, line: number): string =>
  `${name || '(anonymous)'} ${url.replace(/^.*\/(node_modules|dist)\//, '')}${line >= 0 ? `:${line + 1}` : ''}`;

/** Adds up a profile's samples. Waiting is left out. */
export const selfTimeOf = ({ nodes, samples, timeDeltas }: CpuProfile): SelfTime => {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const byGroup = new Map<string, number>();
  const byFunction = new Map<string, number>();
  const add = (map: Map<string, number>, key: string, us: number) => map.set(key, (map.get(key) ?? 0) + us);
  samples.forEach((id, index) => {
    const frame = frames.get(id);
    if (!frame || frame.functionName === '(idle)') return;
    // A sample stands for the time until the next.
    const us = timeDeltas[index + 1] ?? 0;
    add(byGroup, groupOf(frame.functionName, frame.url), us);
    add(byFunction, placeOf(frame.functionName, frame.url, frame.lineNumber), us);
  });
  return { byGroup, byFunction };
};
