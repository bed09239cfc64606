import os
import anthropic

client = anthropic.Anthropic(
    base_url="https://api.routeway.ai",
    api_key=os.getenv("ROUTEWAY_API_KEY")
)

message = client.messages.create(
    model="claude-opus-4-5",
    max_tokens=1024,
    messages=[
        {"role": "user", "content": "Hello, Claude!"}
    ]
)

print(message.content[0].text)
