export type Environment = Readonly<Record<string, string | undefined>>;

/** `${NAME}`, `${NAME:-default}`, and `$${…}` which stands for a literal `${…}`. */
const REFERENCE = /\$?\$\{[^}\n]*\}/g;
const NAMED = /^\$\{([A-Za-z_]\w*)(?::-((?:(?!\$\{).)*))?\}$/;

/** The first code point of a private-use area that mirrors ASCII. */
const VEIL = 0xe000;
const VEILED = /[\ue000-\ue07f]+/g;

const shift = (text: string, by: number): string =>
  text.replace(/[\0-\x7f\ue000-\ue07f]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + by));

/**
 * Makes references opaque to a YAML parser, which would take `{` in `{ port: ${PORT} }` for a mapping.
 * Every character keeps its place, so that positions stay those of the file.
 */
export const veilReferences = (text: string): string => text.replace(REFERENCE, (found) => shift(found, VEIL));

/** The text as it was before `veilReferences`. */
export const unveilReferences = (text: string): string => text.replace(VEILED, (found) => shift(found, -VEIL));

/** What became of a scalar: its text, or why it has none. An empty default gives no text, which leaves the entry out. */
export type Expansion = { text: string | undefined } | { problem: string };

/**
 * Puts the environment's values in place of the references in one veiled scalar. It runs after the file has been parsed, so that
 * a value may hold any character without changing the file's structure.
 */
export const expandReferences = (veiled: string, env: Environment): Expansion => {
  const problems: string[] = [];
  const raw = unveilReferences(veiled);
  const text = raw.replace(REFERENCE, (found) => {
    if (found.startsWith('$$')) return found.slice(1);
    const [, name, fallback] = NAMED.exec(found) ?? [];
    if (name === undefined) problems.push(`${found} is not a reference; write \${NAME} or \${NAME:-default}`);
    else if (!env[name] && fallback === undefined) problems.push(unset(name, env[name]));
    return (name !== undefined && env[name]) || (fallback ?? '');
  });
  const unclosed = /\$\{[^}]*$/.exec(raw);
  if (unclosed) problems.push('a reference to the environment is not closed; write ${NAME}');
  if (problems.length > 0) return { problem: problems.join('; ') };
  return { text: text === '' && raw !== '' ? undefined : text };
};

const unset = (name: string, value: string | undefined): string =>
  `the environment variable ${name} is ${value === undefined ? 'not set' : 'empty'}; ` +
  `set it, or write \${${name}:-DEFAULT}, where an empty default leaves the entry out`;
