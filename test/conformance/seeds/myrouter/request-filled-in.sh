curl --request POST \
  --url https://api.myrouter.example/anthropic/v1/messages \
  --header 'Authorization: Bearer <token>' \
  --header 'Content-Type: application/json' \
  --header 'anthropic-version: 2023-06-01' \
  --data '
{
  "model": "claude-sonnet-4-5",
  "messages": [
    {
      "role": "user",
      "content": "What is the weather like in Lisbon?"
    }
  ],
  "max_tokens": 2,
  "stream": true,
  "system": "Answer in one sentence.",
  "stop_sequences": [
    "END"
  ],
  "temperature": 0.5,
  "top_p": 0.9,
  "top_k": 40,
  "tools": [
    {
      "name": "get_weather",
      "input_schema": { "type": "object", "properties": { "city": { "type": "string" } } }
    }
  ],
  "tool_choice": "auto",
  "metadata": {}
}
'
