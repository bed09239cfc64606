import type { GatewayProcess } from '#testing';

/** What can be said of a question besides what it asks for. */
interface Question {
  headers?: Record<string, string>;
  system?: unknown;
  messages?: readonly unknown[];
}

/** Asks and reads the answer to its end. */
export const ask = async (gateway: GatewayProcess, model: string, question: Question = {}): Promise<Response> => {
  const { headers = {}, messages = [{ role: 'user', content: 'Which way?' }], ...more } = question;
  const response = await gateway.post('/v1/messages', { model, max_tokens: 16, messages, ...more }, { headers });
  await response.clone().text();
  return response;
};

/** The samples of one metric, by their labels as they are written: `{mode="split"}`. */
export const samples = async (gateway: GatewayProcess, name: string): Promise<Record<string, number>> => {
  const text = await (await gateway.get('/metrics')).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(name.length, at), Number(line.slice(at + 1))];
    }),
  );
};

/** Sums those samples whose labels hold every one of these. */
export const total = (read: Record<string, number>, ...labels: string[]): number =>
  Object.entries(read)
    .filter(([written]) => labels.every((label) => written.includes(label)))
    .reduce((sum, [, value]) => sum + value, 0);
