/** What every client asks, so that their tests differ in the client only. */
export const HELLO = { max_tokens: 64, messages: [{ role: 'user' as const, content: 'Good morning' }] };

export const WEATHER_TOOL = {
  name: 'get_weather',
  description: 'The weather of a place',
  input_schema: {
    type: 'object' as const,
    properties: { city: { type: 'string' }, days: { type: 'integer' } },
    required: ['city', 'days'],
  },
};

export const THINKING = { type: 'enabled' as const, budget_tokens: 1024 };

/**
 * The models of three turns: two in which the model calls one tool, and one in which it has done so. They belong to a
 * vendor that wants its thinking back with every tool call, and refuses the conversation without it.
 */
export const THREE_TURNS = ['deepseek@deepseek;tools=1', 'deepseek@deepseek;tools=1', 'deepseek@deepseek;tools=0'];

/** One white pixel. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==';
export const PICTURE_URL = 'https://example.com/image.jpg';

export const PICTURES = [
  {
    role: 'user' as const,
    content: [
      { type: 'image' as const, source: { type: 'base64' as const, media_type: 'image/png' as const, data: PIXEL } },
      { type: 'image' as const, source: { type: 'url' as const, url: PICTURE_URL } },
      { type: 'text' as const, text: 'What is in these pictures?' },
    ],
  },
];
