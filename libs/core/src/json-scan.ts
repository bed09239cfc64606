/** One member of the top-level object of a JSON text, as offsets into its bytes. */
export interface Member {
  /** Decoded. */
  key: string;
  /** Where the key's opening quote is. */
  keyStart: number;
  valueStart: number;
  /** Exclusive. */
  valueEnd: number;
}

export interface TopLevelScan {
  /** In the order of the text, duplicates included. */
  members: readonly Member[];
  /** The last member of that name, as `JSON.parse` would take it. */
  last(key: string): Member | undefined;
}
