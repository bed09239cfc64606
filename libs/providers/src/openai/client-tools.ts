/** What stands for a tool that Claude knows by heart and other models have to be told about. */
export interface ClientTool {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
}

const text = (description: string) => ({ type: 'string', description });
const whole = (description: string) => ({ type: 'integer', description });

const object = (properties: Record<string, unknown>, required: string[]) => ({ type: 'object', properties, required });

const commands = (...names: string[]) => ({ type: 'string', enum: names, description: 'What to do.' });

const lineRange = {
  type: 'array',
  items: { type: 'integer' },
  description: 'For view: first and last line, from 1; -1 is the end.',
};

const BASH = {
  description: 'Runs a command in a bash session that keeps its state between calls, and returns its output.',
  parameters: object(
    {
      command: text('The command. Leave out only to restart.'),
      restart: { type: 'boolean', description: 'Start afresh.' },
    },
    [],
  ),
};

const textEditor = (...verbs: string[]) => ({
  description: 'Views, creates and edits text files. str_replace replaces the one exact occurrence of old_str.',
  parameters: object(
    {
      command: commands(...verbs),
      path: text('Path of the file or folder.'),
      view_range: lineRange,
      file_text: text('For create: the whole content.'),
      old_str: text('For str_replace: the text to replace; must occur exactly once.'),
      new_str: text('For str_replace and insert: the new text.'),
      insert_line: whole('For insert: the line after which to insert; 0 is the top.'),
      insert_text: text('For insert: the text to insert.'),
    },
    ['command', 'path'],
  ),
});

const MEMORY = {
  description: 'Keeps notes in files under /memories that outlive this conversation.',
  parameters: object(
    {
      command: commands('view', 'create', 'str_replace', 'insert', 'delete', 'rename'),
      path: text('A path under /memories.'),
      view_range: lineRange,
      file_text: text('For create: the whole content.'),
      old_str: text('For str_replace: the text to replace; must occur exactly once.'),
      new_str: text('For str_replace: the new text.'),
      insert_line: whole('For insert: the line after which to insert; 0 is the top.'),
      insert_text: text('For insert: the text to insert.'),
      old_path: text('For rename: the present path.'),
      new_path: text('For rename: the new path.'),
    },
    ['command'],
  ),
};

const EDITOR = 'str_replace_editor';
const EDIT_BASED = 'str_replace_based_edit_tool';

/**
 * Anthropic's tools that run at the client, by their dated type. The schemas are ours and follow the documented
 * commands of each; tools that need training to use (computer, browser) are not among them and are refused.
 * https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview
 */
export const CLIENT_TOOLS: Readonly<Record<string, ClientTool>> = {
  bash_20241022: { name: 'bash', ...BASH },
  bash_20250124: { name: 'bash', ...BASH },
  text_editor_20241022: { name: EDITOR, ...textEditor('view', 'create', 'str_replace', 'insert', 'undo_edit') },
  text_editor_20250124: { name: EDITOR, ...textEditor('view', 'create', 'str_replace', 'insert', 'undo_edit') },
  text_editor_20250429: { name: EDIT_BASED, ...textEditor('view', 'create', 'str_replace', 'insert') },
  text_editor_20250728: { name: EDIT_BASED, ...textEditor('view', 'create', 'str_replace', 'insert') },
  memory_20250818: { name: 'memory', ...MEMORY },
};
