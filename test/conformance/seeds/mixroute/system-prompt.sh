curl -X POST "https://console.mixroute.io/v1/messages" \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer sk-xxxxxxxxxx" \
  -H "anthropic-version: 2023-06-01" \
  -d '{
    "model": "claude-sonnet-4-5-20250929",
    "max_tokens": 1024,
    "system": "You are a professional programming assistant skilled at explaining complex technical concepts.",
    "messages": [
      {"role": "user", "content": "What is recursion?"}
    ]
  }'
