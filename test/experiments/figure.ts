/** One number that an experiment has come to, beside what it should be. */
export interface Figure {
  name: string;
  value: number;
  /** As it is written behind the number; empty for counts. */
  unit: string;
  /** For people: `≤ 5`. */
  wanted: string;
  ok: boolean;
  /** What helps to understand it, above all when it is not what it should be. */
  note: string | undefined;
}

/** What is measured. */
export interface Measured {
  name: string;
  value: number;
  unit?: string;
  note?: string | undefined;
}

const figure = ({ name, value, unit = '', note }: Measured, wanted: string, ok: boolean): Figure => ({
  name,
  value,
  unit,
  wanted,
  // What could not be measured is not as wanted.
  ok: ok && !Number.isNaN(value),
  note,
});

export const atMost = (most: number, measured: Measured): Figure =>
  figure(measured, `≤ ${most}`, measured.value <= most);

export const atLeast = (least: number, measured: Measured): Figure =>
  figure(measured, `≥ ${least}`, measured.value >= least);

export const exactly = (wanted: number, measured: Measured): Figure =>
  figure(measured, String(wanted), measured.value === wanted);

export const between = (least: number, most: number, measured: Measured): Figure =>
  figure(measured, `${least}–${most}`, measured.value >= least && measured.value <= most);

/** A number that is worth knowing and has no goal. */
export const told = (measured: Measured): Figure => figure(measured, '', true);
