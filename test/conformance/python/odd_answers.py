"""Reads answers of odd upstreams with the official Python client, as odd-answers.spec.ts does with the TypeScript one.

Takes one JSON argument; prints one JSON line for each model: what became of its answer, read in both ways.
"""

import json

import anthropic
from gateway import GIVEN, forget_health

HELLO = GIVEN["hello"]

client = anthropic.Anthropic(base_url=GIVEN["url"], api_key=GIVEN["key"], max_retries=0)


def read_events(model):
    events = client.messages.create(**HELLO, model=model, stream=True)
    deltas = [event.delta for event in events if event.type == "content_block_delta"]
    return "".join(delta.text for delta in deltas if delta.type == "text_delta")


def read_final(model):
    with client.messages.stream(**HELLO, model=model) as stream:
        return "".join(getattr(block, "text", block.type) for block in stream.get_final_message().content)


def outcome_of(read, model):
    """`whole`, `error`, or what the client was left with."""
    forget_health()
    try:
        said = read(model)
    except anthropic.APIError:
        return "error"
    except Exception as error:
        return f"raised {error!r}"
    return "whole" if said == GIVEN["said"] else f"left with {said!r}"


for model in GIVEN["models"]:
    print(json.dumps({"model": model, "read": [outcome_of(read_events, model), outcome_of(read_final, model)]}))
