import { parseArgs } from 'node:util';

/** What the command line asked for. */
export interface Options {
  /** Ids; undefined means all. */
  only: readonly string[] | undefined;
  /** The quick ones on their short scale. */
  quick: boolean;
  /** Where to write the results besides. */
  json: string | undefined;
}

export const USAGE = `npm run experiments -- [--quick] [--only A1,B3] [--json FILE]

  --quick      only the quick ones, on a short scale: what npm test runs
  --only       some of them
  --json FILE  write the results there too
`;

/** Throws what is wrong with the command line. */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, json: { type: 'string' } },
  });
  return { quick: values.quick, only: values.only?.toUpperCase().split(','), json: values.json };
};
