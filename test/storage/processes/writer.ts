// Writes objects and appends records without end, and says of each that it was told to be durable. Made to be killed.
import { writeSync } from 'node:fs';
import { openStorage } from '#batches';

const [folder = '', first = '0'] = process.argv.slice(2);
const storage = await openStorage({ kind: 'file', folder });

/** One number, so often that half a body cannot be taken for a whole one. */
const body = (number: number) => Buffer.from(`${number} `.repeat(20_000 + (number % 1000)));

async function* inPieces(whole: Buffer) {
  for (let at = 0; at < whole.length; at += 10_000) yield whole.subarray(at, at + 10_000);
}

const write = async () => {
  for (let number = Number(first); ; number++) {
    const whole = body(number);
    await storage.write(`objects/${number % 7}`, number % 2 ? whole : inPieces(whole));
    writeSync(1, `object ${number}\n`);
  }
};

const create = async () => {
  for (let number = Number(first); ; number++) {
    await storage.create(`created/${number}`, body(number));
    writeSync(1, `created ${number}\n`);
  }
};

const log = await storage.openLog('log');
const append = async (lane: number) => {
  for (let number = Number(first) + lane; ; number += 10) {
    await log.append(Buffer.from(`${number} ${'x'.repeat(number % 3000)}`));
    writeSync(1, `record ${number}\n`);
  }
};

await Promise.all([write(), create(), ...Array.from({ length: 10 }, (_, lane) => append(lane))]);
