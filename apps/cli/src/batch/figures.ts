/** Figures as people read them. */

const KILOBYTE = 1024;
const MEGABYTE = 1024 * KILOBYTE;

/** `58,211` */
export const count = (number: number): string => Math.floor(number).toLocaleString('en-US');

/** `1 request`, `3 requests` */
export const counted = (number: number, noun: string): string => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;

/** Three digits of any number: `950`, `12.3k`, `4.06M`. */
export const brief = (number: number): string => {
  const [unit, name] =
    number >= 999.5e6 ? [1e9, 'G'] : number >= 999.5e3 ? [1e6, 'M'] : number >= 999.5 ? [1e3, 'k'] : [1, ''];
  const scaled = number / unit;
  if (unit === 1) return scaled >= 10 ? String(Math.round(scaled)) : String(Number(scaled.toFixed(1)));
  return scaled.toFixed(scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2) + name;
};

/** Rounded down, so that 100 % is said of nothing that is not done. */
export const percent = (done: number, total: number): string =>
  `${total > 0 ? Math.floor((100 * done) / total) : 100} %`;

const two = (number: number): string => String(number).padStart(2, '0');

/** `8s`, `1m 41s`, `2h 05m`, `1d 03h` */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.ceil(seconds));
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  if (days > 0) return `${days}d ${two(hours)}h`;
  if (hours > 0) return `${hours}h ${two(minutes)}m`;
  if (minutes > 0) return `${minutes}m ${two(whole % 60)}s`;
  return `${whole}s`;
};

/** `152 B`, `9.8 kB`, `0.4 MB`, `256 MB`; a megabyte is 1024 kilobytes of 1024 bytes, as in the limits. */
export const size = (bytes: number): string => {
  if (bytes < KILOBYTE) return `${Math.round(bytes)} B`;
  // From where megabytes say anything with one digit behind the point.
  const [unit, name] = bytes < MEGABYTE / 10 ? [KILOBYTE, 'kB'] : [MEGABYTE, 'MB'];
  const scaled = bytes / unit;
  return `${scaled >= 99.95 ? Math.round(scaled) : scaled.toFixed(1)} ${name}`;
};

/** Of millionths of a US$: `$12.40`, `$0.0042`. */
export const dollars = (microUsd: number): string => {
  const usd = microUsd / 1e6;
  return `$${usd >= 0.1 || usd === 0 ? usd.toFixed(2) : usd.toPrecision(2)}`;
};
