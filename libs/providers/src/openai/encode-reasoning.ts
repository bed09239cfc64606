import type { Encoding } from './encoding.js';
import { nearestEffort } from './model-limits.js';
import type { RequestField } from './request-field.js';
import type { Effort, ReasoningControl } from './vendors.js';

const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
const DISPLAYS = new Set(['summarized', 'omitted']);

/** Whether to think, how hard, and within how much; each undefined when the caller did not say. */
interface Wish {
  on: boolean | undefined;
  effort: Effort | undefined;
  budget: number | undefined;
}

/** `thinking` and `output_config.effort` in the words of the vendor, as far as the model takes them. */
export const encodeReasoning = (
  request: RequestField,
  encoding: Encoding,
  hasTools: boolean,
): Record<string, unknown> => {
  const wish = readWish(request, encoding);
  const { efforts, besideTools } = encoding.limits;
  if (efforts.length === 0) return ignoreWish(wish, encoding);
  if (!hasTools || besideTools === 'said') return wish.on === false ? sayOff(wish, encoding) : sayOn(wish, encoding);
  if (besideTools === 'none') return { reasoning_effort: 'none', ...ignoreWish(wish, encoding) };
  if (wish.on === false) encoding.ignored.add('thinking');
  return ignoreWish(wish, encoding);
};

/** Whether the caller wants thinking signed but not shown. */
export const hidesThinking = (thinking: unknown): boolean =>
  typeof thinking === 'object' && thinking !== null && 'display' in thinking && thinking.display === 'omitted';

const readWish = (request: RequestField, encoding: Encoding): Wish => {
  const config = request.get('output_config');
  const level = config.present ? config.get('effort') : config;
  const effort = level.present ? level.oneOf(EFFORTS) : undefined;
  const thinking = request.get('thinking');
  if (!thinking.present) return { on: undefined, effort, budget: undefined };
  const type = thinking.get('type').oneOf(['enabled', 'adaptive', 'disabled', 'between_tools']);
  thinking.only('type', 'display', 'budget_tokens', 'block_binding');
  // Betas add ways of showing it, which Claude Code asks for; what there is to show is shown all the same.
  const display = thinking.get('display');
  if (display.present && !DISPLAYS.has(display.text())) encoding.ignored.add('thinking.display');
  if (thinking.get('block_binding').present) encoding.ignored.add('block_binding');
  if (type === 'between_tools') thinking.get('type').refuse(`"${type}" is not supported for this model`);
  if (type !== 'enabled') return { on: type === 'adaptive', effort, budget: undefined };
  return { on: true, effort, budget: thinking.labelled(type).get('budget_tokens').integer(1) };
};

/** There is no official table of budgets. Adaptive thinking has none, and `high` is its documented default. */
const effortFor = (budget = Infinity): Effort => {
  if (budget < 4_000) return 'low';
  return budget < 16_000 ? 'medium' : 'high';
};

const sayOn = (wish: Wish, encoding: Encoding): Record<string, unknown> => {
  const fields = {
    ...(wish.on && toggled(encoding.vendor.reasoning, true)),
    ...sayBudget(wish, encoding),
    ...sayEffort(wish, encoding),
  };
  if (wish.on && Object.keys(fields).length === 0) encoding.ignored.add('thinking');
  return fields;
};

/** As it is where there is a field for it; else it stands behind the effort, unless the caller names one. */
const sayBudget = ({ effort, budget }: Wish, { vendor, ignored }: Encoding): Record<string, number> => {
  const field = vendor.reasoning.budget;
  if (budget === undefined) return {};
  if (!field && effort) ignored.add('budget_tokens');
  return field ? { [field]: budget } : {};
};

const sayEffort = ({ on, effort, budget }: Wish, { vendor, limits, ignored }: Encoding) => {
  const { efforts } = vendor.reasoning;
  if (!efforts && effort) ignored.add('output_config.effort');
  const wanted = effort ?? (on ? effortFor(budget) : undefined);
  return efforts && wanted ? { reasoning_effort: nearestEffort(limits, efforts[wanted]) } : {};
};

/** Off, or the least that the model takes, which is listed because it is not the same. */
const sayOff = ({ effort }: Wish, { vendor, limits, ignored }: Encoding): Record<string, unknown> => {
  const control = vendor.reasoning;
  if (effort) ignored.add('output_config.effort');
  const least = control.offByEffort ? nearestEffort(limits, 'none') : undefined;
  if (least !== 'none' && !control.toggle) ignored.add('thinking');
  return least ? { reasoning_effort: least } : toggled(control, false);
};

const toggled = ({ toggle }: ReasoningControl, on: boolean): Record<string, unknown> => {
  switch (toggle) {
    case 'thinking':
      return { thinking: { type: on ? 'enabled' : 'disabled' } };
    case 'enable_thinking':
      return { enable_thinking: on };
    case 'chat_template_kwargs':
      return { chat_template_kwargs: { enable_thinking: on } };
    case undefined:
      return {};
  }
};

const ignoreWish = ({ on, effort }: Wish, { ignored }: Encoding): Record<string, unknown> => {
  if (on) ignored.add('thinking');
  if (effort) ignored.add('output_config.effort');
  return {};
};
