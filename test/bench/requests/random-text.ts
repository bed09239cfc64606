/** Text as conversations hold it, the same in every run: prose in several scripts, and code full of escapes. */
export class RandomText {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    // The generator of "Numerical Recipes" (3rd edition, 7.1), of whose bits the upper ones are good enough here.
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * limit);
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice;
  }

  /** About so many characters. */
  prose(length: number): string {
    let text = '';
    while (text.length < length) text += `${this.pick(WORDS)}${this.below(12) === 0 ? '.\n' : ' '}`;
    return text;
  }

  /** About so many characters. */
  code(length: number): string {
    let text = '';
    while (text.length < length) {
      const [name, argument] = [this.pick(WORDS), this.pick(WORDS)];
      text += `\tif (${name} === "${argument}") {\n\t\treturn ${argument}.map((it) => it["${name}"]);\n\t}\n`;
    }
    return text;
  }
}

const WORDS = (
  'the a of to and in is that it for with this from request response stream token model cache server value error ' +
  'function return const await buffer résumé naïve größer Straße данные запрос ответ 请求 响应 模型 数据 🚂 signal ' +
  'switch timeout retry budget provider upstream header connection platform measure because while already between'
).split(' ');
