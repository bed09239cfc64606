import type { Encoding } from './encoding.js';
import type { RequestField } from './request-field.js';
import type { Effort, ReasoningControl } from './vendors.js';

const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

/** Whether to think, how hard, and within how much; each undefined when the caller did not say. */
interface Wish {
  on: boolean | undefined;
  effort: Effort | undefined;
  budget: number | undefined;
}

/** `thinking` and `output_config.effort` in the words of the vendor. */
export const encodeReasoning = (request: RequestField, encoding: Encoding): Record<string, unknown> => {
  const wish = readWish(request, encoding);
  const control = encoding.vendor.reasoning;
  if (control.models && !control.models.test(encoding.model)) return ignoreWish(wish, encoding);
  if (wish.on === false) return sayOff(control, encoding);
  return sayOn(wish, control, encoding);
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

const sayOn = ({ on, effort, budget }: Wish, control: ReasoningControl, { ignored }: Encoding) => {
  const fields: Record<string, unknown> = on ? toggled(control, true) : {};
  const wanted = effort ?? (on ? effortFor(budget) : undefined);
  if (control.budget && budget !== undefined) fields[control.budget] = budget;
  if (control.efforts && wanted) fields.reasoning_effort = control.efforts[wanted];
  if (!control.efforts && effort) ignored.add('output_config.effort');
  if (on && Object.keys(fields).length === 0) ignored.add('thinking');
  return fields;
};

const sayOff = (control: ReasoningControl, { model, ignored }: Encoding): Record<string, unknown> => {
  const nearest = control.off?.find(({ models }) => models.test(model));
  if (nearest) return { reasoning_effort: nearest.effort };
  if (!control.toggle) ignored.add('thinking');
  return toggled(control, false);
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
