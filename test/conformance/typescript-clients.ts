import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from 'anthropic-sdk-0';
import Anthropic060 from 'anthropic-sdk-0-60';

/** The SDK's class. The older versions have the same calls under types of their own, which nothing here depends on. */
export type Sdk = typeof Anthropic;

const nameOf = (folder: string): string => {
  const text = readFileSync(resolve('node_modules', folder, 'package.json'), 'utf8');
  return `@anthropic-ai/sdk ${(JSON.parse(text) as { version: string }).version}`;
};

/** The official TypeScript client as it is, as it was before 1.0, and as it was long before, with the version of the API each asks for. */
export const TYPESCRIPT_CLIENTS = [
  { name: nameOf('@anthropic-ai/sdk'), Sdk: Anthropic, version: '2026-10-21' },
  { name: nameOf('anthropic-sdk-0'), Sdk: Anthropic0 as unknown as Sdk, version: '2023-06-01' },
  { name: nameOf('anthropic-sdk-0-60'), Sdk: Anthropic060 as unknown as Sdk, version: '2023-06-01' },
] as const;
