"""Puts the official Python client through its paces, as sdk-typescript.spec.ts does with the TypeScript one.

Takes one JSON argument; prints one JSON line for each scenario: its name, and what went wrong or null.
"""

import json
import re
import traceback

import anthropic
from gateway import GIVEN, forget_health

TRANSLATED = GIVEN["lane"] == "translated"
HELLO = GIVEN["hello"]
TOOL = GIVEN["tool"]
THINKING = GIVEN["thinking"]
VERSION = int(anthropic.__version__.split(".")[0])
NOT_RAISED = {"ServiceUnavailableError", "DeadlineExceededError"}


def client_with(key):
    return anthropic.Anthropic(base_url=GIVEN["url"], api_key=key, max_retries=0)


client = client_with(GIVEN["key"])


def equal(found, wanted):
    assert found == wanted, f"{found!r} instead of {wanted!r}"


def matches(found, pattern):
    assert re.search(pattern, found or ""), f"{found!r} does not match {pattern}"


def types_of(message):
    return [block.type for block in message.content]


def thinking_in(message):
    return [(block.thinking, block.signature) for block in message.content if block.type == "thinking"]


def whole(**params):
    return client.messages.create(**params)


def streamed(**params):
    with client.messages.stream(**params) as stream:
        return stream.get_final_message()


def converse(ask, **more):
    """Lets the model call its tool in two turns and speak in the third."""
    messages = [{"role": "user", "content": "Is it going to rain?"}]
    answers = []
    for model in GIVEN["three_turns"]:
        answer = ask(model=model, max_tokens=4096, tools=[TOOL], messages=list(messages), **more)
        answers.append(answer)
        results = [
            {"type": "tool_result", "tool_use_id": block.id, "content": f"Rain, {len(answers)}"}
            for block in answer.content
            if block.type == "tool_use"
        ]
        messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]
    return answers


def create():
    message = client.messages.create(**HELLO, model="claude-opus-4-5")
    equal((message.type, message.role), ("message", "assistant"))
    equal((message.stop_reason, message.stop_sequence), ("end_turn", None))
    equal(types_of(message), ["text"])
    matches(message.content[0].text, "Good morning")
    matches(message.id, r"^msg_\w+$")
    matches(message._request_id, r"^req_\w+$")
    assert message.usage.input_tokens > 0 and message.usage.output_tokens > 0


def stream():
    message = client.messages.create(**HELLO, model="sim")
    events = list(client.messages.create(**HELLO, model="sim", stream=True))
    equal((events[0].type, events[-1].type), ("message_start", "message_stop"))
    with client.messages.stream(**HELLO, model="sim") as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    equal(text, message.content[0].text)
    equal([block.text for block in final.content], [text])
    equal(final.stop_reason, "end_turn")
    equal(final.usage.input_tokens, message.usage.input_tokens)
    equal(final.usage.output_tokens, message.usage.output_tokens)


def tools_over_three_turns():
    for ask in (whole, streamed):
        answers = converse(ask)
        equal([answer.stop_reason for answer in answers], ["tool_use", "tool_use", "end_turn"])
        equal([types_of(answer) for answer in answers], [["text", "tool_use"], ["text", "tool_use"], ["text"]])
        call = answers[0].content[1]
        equal((call.name, sorted(call.input)), ("get_weather", ["city", "days"]))
        matches(answers[2].content[0].text, "Rain, 2")


def thinking_with_signature_replay():
    for ask in (whole, streamed):
        answers = converse(ask, thinking=THINKING)
        equal(
            [types_of(answer) for answer in answers],
            [["thinking", "text", "tool_use"], ["thinking", "text", "tool_use"], ["thinking", "text"]],
        )
        for thought, signature in sum(map(thinking_in, answers), []):
            matches(thought, r"\w")
            matches(signature, r"^\S{20,}$")


def same_signature_whole_and_streamed():
    params = {**HELLO, "max_tokens": 4096, "model": "deepseek", "thinking": THINKING}
    equal(len(thinking_in(whole(**params))), 1)
    equal(thinking_in(whole(**params)), thinking_in(streamed(**params)))


def pictures():
    message = client.messages.create(**{**HELLO, "messages": GIVEN["pictures"]}, model="claude-opus-4-5")
    equal(types_of(message), ["text"])


def count_tokens():
    counted = client.messages.with_raw_response.count_tokens(model="sim", messages=HELLO["messages"], tools=[TOOL])
    assert counted.parse().input_tokens > 10
    equal(counted.headers.get("x-switchyard-estimate"), "tokenx" if TRANSLATED else None)


def models():
    equal([model.id for model in client.models.list(limit=1)], ["claude-sonnet-4-5", "claude-opus-4-5"])
    named = client.models.retrieve("claude-sonnet-4-5")
    equal((named.id, named.display_name, named.created_at.year), ("claude-sonnet-4-5", "Claude Sonnet 4.5", 2025))
    equal(client.models.retrieve("claude-sonnet-4-5-20250929"), named)


def beta_methods():
    message = client.beta.messages.create(**HELLO, model="sim", betas=["context-management-2025-06-27"])
    equal(types_of(message), ["text"])
    with client.beta.messages.stream(**HELLO, model="sim") as stream:
        equal(types_of(stream.get_final_message()), ["text"])


def temperature():
    params = {**HELLO, "model": "sim", "extra_body": {"temperature": 0.5}}
    if VERSION < 2:
        equal(client.messages.create(**params).type, "message")
        return
    try:
        client.messages.create(**params)
    except anthropic.BadRequestError as error:
        matches(str(error), "temperature: Extra inputs are not permitted")
        return
    raise AssertionError("nothing was raised")


def error_in_the_middle_of_a_stream():
    broken = GIVEN["broken_stream"]
    seen = []
    try:
        for event in client.messages.create(**HELLO, model=broken["model"], stream=True):
            seen.append(event.type)
    except anthropic.APIStatusError as error:
        equal(error.type, broken["type"])
        matches(error.request_id, r"^req_\w+$")
    else:
        raise AssertionError("nothing was raised")
    assert "content_block_delta" in seen, seen
    forget_health()
    try:
        streamed(**HELLO, model=broken["model"])
    except anthropic.APIStatusError:
        return
    raise AssertionError("get_final_message raised nothing")


def error_case(case):
    def run():
        # Version 1 has some of the newer classes without raising them.
        names = case["classes"] if VERSION >= 2 else [name for name in case["classes"] if name not in NOT_RAISED]
        expected = next(getattr(anthropic, name) for name in names if hasattr(anthropic, name))
        try:
            client_with(case["key"]).messages.create(**HELLO, model=case["model"])
        except anthropic.APIStatusError as error:
            assert isinstance(error, expected), f"{type(error)} instead of {expected}"
            equal(error.status_code, case["status"])
            equal(error.body["error"]["type"], case["type"])
            matches(error.request_id, r"^req_\w+$")
            equal(error.body["request_id"], error.request_id)
            assert case.get("message", "") in error.body["error"]["message"], error.body
            return
        raise AssertionError("nothing was raised")

    return run


SCENARIOS = {
    "creates a message": create,
    "streams the same message, event by event and put together": stream,
    "calls tools over three turns": tools_over_three_turns,
    "thinks over three turns and gives its signatures back": thinking_with_signature_replay,
    "signs the same thought alike, whole and streamed": same_signature_whole_and_streamed,
    "shows pictures": pictures,
    "counts tokens": count_tokens,
    "lists models page by page, and finds one by its name and by its alias": models,
    "calls the beta methods": beta_methods,
    "may set a temperature only in the version of the API that has one": temperature,
    "raises the error in the middle of a stream": error_in_the_middle_of_a_stream,
    **{f"raises {case['status']} for {case['what']}": error_case(case) for case in GIVEN["error_cases"]},
}

for name, scenario in SCENARIOS.items():
    try:
        forget_health()
        scenario()
        print(json.dumps({"name": name, "wrong": None}))
    except Exception:
        print(json.dumps({"name": name, "wrong": traceback.format_exc()}))
