"""Reads cuts of recorded answers with the official Python client, as cut-answers.spec.ts does with the TypeScript one.

Takes one JSON argument; prints one JSON object: how many calls there were, and the first cuts that were read
wrongly.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import anthropic
from gateway import GIVEN, forget_health

ANSWERS = GIVEN["answers"]
AT_ONCE = 8
# The gateway needs more failures than these to keep calls from an upstream.
UNNOTICED = 8

client = anthropic.Anthropic(base_url=GIVEN["url"], api_key=GIVEN["key"], max_retries=0)


def said(message):
    return json.dumps([message.stop_reason, [block.model_dump() for block in message.content]], default=str)


def read_events(model):
    """The weakest way to read a stream: the client itself checks nothing but what it cannot parse."""
    events = client.messages.create(**GIVEN["hello"], model=model, stream=True)
    return "\n".join(event.delta.model_dump_json() if hasattr(event, "delta") else event.type for event in events)


def read_final(model):
    with client.messages.stream(**GIVEN["hello"], model=model) as stream:
        return said(stream.get_final_message())


def read_whole(model):
    return said(client.messages.create(**GIVEN["hello"], model=model))


def model_of(answer, k):
    return f"play-{answer['name']}/{k}"


READS = [read_events, read_final] if GIVEN["stream"] else [read_whole]
CALLS = count()
COMPLETE = {read: read(model_of(ANSWERS[0], ANSWERS[0]["length"])) for read in READS}


def was_spared(error):
    """Whether the gateway kept the call from its upstream."""
    response = getattr(error, "response", None)
    return response is not None and response.headers.get("x-switchyard-attempt-count") == "0"


def wrong(cut):
    """The cut when it was taken for complete and is not, or upset the client, else None."""
    answer, k, read = cut
    model = model_of(answer, k)
    if next(CALLS) % UNNOTICED == 0:
        forget_health()
    try:
        got = read(model)
    except anthropic.APIError as error:
        # Of those that are on their way at once, more may have failed.
        return wrong(cut) if was_spared(error) else None
    except Exception as error:
        return f"{model}: raised {error!r}"
    right = k >= answer["complete_at"] and got == COMPLETE[read]
    return None if right else f"{model}: {got}"


def cuts_given():
    for k in range(GIVEN["from"], max(answer["length"] for answer in ANSWERS), GIVEN["every"]):
        answer = ANSWERS[k % len(ANSWERS)]
        if k < answer["length"]:
            yield answer, k, READS[k // len(ANSWERS) % len(READS)]


cuts = list(cuts_given())
with ThreadPoolExecutor(AT_ONCE) as pool:
    wrongs = [found for found in pool.map(wrong, cuts) if found]

print(
    json.dumps(
        {
            "calls": len(cuts) + len(READS),
            "wrong": wrongs[:10],
            "complete": list(COMPLETE.values()),
        }
    )
)
