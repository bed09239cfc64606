curl --location --request POST 'https://api.mixrouter.com/v1/messages' \
--header 'Authorization: Bearer <token>' \
--header 'Content-Type: application/json' \
--data-raw '{
    "max_tokens": 1024,
    "messages": [
        {
            "content": "Hello, world",
            "role": "user"
        }
    ],
    "model": "claude-sonnet-4-5-20250929"
}'
