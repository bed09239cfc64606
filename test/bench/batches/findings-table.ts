import type { Bound, Finding } from './finding.js';

const digits = (value: number): string => {
  const size = Math.abs(value);
  return Number.isFinite(value) ? value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2) : '–';
};

const valueText = ({ value: { median, least, most, values } }: Finding): string =>
  values.length === 1 ? digits(median) : `${digits(median)} (${digits(least)}–${digits(most)})`;

const boundText = (bound: Bound | undefined): string =>
  bound ? ('most' in bound ? `≤ ${bound.most}` : `≥ ${bound.least}`) : '';

const cells = (finding: Finding): string[] => [
  finding.what,
  valueText(finding),
  finding.unit,
  boundText(finding.bound),
  finding.met === undefined ? '' : finding.met ? 'met' : 'missed',
  finding.against,
];

/** The findings in aligned columns, by scenario: medians, with the least and the most of all rounds in brackets. */
export const findingsTable = (findings: readonly Finding[]): string => {
  const rows = findings.map((finding) => ({ scenario: finding.scenario, cells: cells(finding) }));
  const width = (column: number): number => Math.max(...rows.map((row) => row.cells[column]?.length ?? 0));
  const widths = [0, 1, 2, 3, 4, 5].map(width);
  const lines: string[] = [];
  let scenario = '';
  for (const row of rows) {
    if (row.scenario !== scenario) lines.push('', row.scenario);
    scenario = row.scenario;
    const texts = row.cells.map((text, column) => text[column === 1 ? 'padStart' : 'padEnd'](widths[column] ?? 0));
    lines.push(`  ${texts.join('  ').trimEnd()}`);
  }
  return lines.join('\n').trimStart();
};
