"""Runs batches with the official Python client, as batches-typescript.spec.ts does with the TypeScript one.

Takes one JSON argument; prints one JSON line for each scenario: its name, and what went wrong or null.
"""

import json
import time
import traceback
import uuid
from datetime import datetime, timedelta, timezone

import anthropic
from gateway import GIVEN, forget_health

TWO_REQUESTS = GIVEN["two_requests"]


def client_at(prefix="", key=GIVEN["key"]):
    return anthropic.Anthropic(base_url=GIVEN["url"] + prefix, api_key=key, max_retries=0)


client = client_at()


def equal(found, wanted):
    assert found == wanted, f"{found!r} instead of {wanted!r}"


def raises(kind, call, status=None):
    try:
        call()
    except kind as error:
        if status is not None:
            equal((error.status_code, error.body["type"]), (status, "error"))
        return error
    raise AssertionError(f"no {kind.__name__} was raised")


def counts(batch):
    return batch.request_counts.to_dict()


def all_processing(lines, **more):
    return {"processing": lines, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0, **more}


def soon(read, holds):
    """As the guide polls, only sooner again."""
    deadline = time.monotonic() + 20
    while True:
        value = read()
        if holds(value):
            return value
        assert time.monotonic() < deadline, f"it is still {value!r}"
        time.sleep(0.02)


def until_ended(batch_id, batches=client.messages.batches):
    return soon(lambda: batches.retrieve(batch_id), lambda batch: batch.processing_status == "ended")


def create_poll_results(prefix):
    def run():
        batches = client_at(prefix).messages.batches
        created = batches.create(requests=TWO_REQUESTS)
        equal((created.type, created.processing_status), ("message_batch", "in_progress"))
        equal(counts(created), all_processing(2))
        equal((created.ended_at, created.cancel_initiated_at, created.archived_at), (None, None, None))
        equal(created.expires_at - created.created_at, timedelta(hours=24))
        assert abs(datetime.now(timezone.utc) - created.created_at) < timedelta(minutes=1), created
        until_ended(created.id)
        ended = batches.retrieve(created.id)
        equal(counts(ended), all_processing(0, succeeded=2))
        assert ended.created_at <= ended.ended_at <= datetime.now(timezone.utc), ended
        equal(ended.results_url, f"{GIVEN['url']}{prefix}/v1/messages/batches/{created.id}/results")
        texts = {}
        for entry in batches.results(created.id):
            equal(entry.result.type, "succeeded")
            equal(entry.result.message.usage.service_tier, "batch")
            texts[entry.custom_id] = entry.result.message.content[0].text
        assert "Hello, world" in texts["my-first-request"], texts
        assert "Hi again, friend" in texts["my-second-request"], texts
        equal(len(texts), 2)

    return run


def faulty_lines():
    lines = [case["line"] for case in GIVEN["faulty_lines"]]
    created = client.messages.batches.create(requests=lines + TWO_REQUESTS)
    equal(counts(until_ended(created.id)), all_processing(0, succeeded=2, errored=len(lines)))
    errors = {
        entry.custom_id: entry.result.error
        for entry in client.messages.batches.results(created.id)
        if entry.result.type == "errored"
    }
    equal(set(errors), {line["custom_id"] for line in lines})
    for case in GIVEN["faulty_lines"]:
        error = errors[case["line"]["custom_id"]]
        equal((error.type, error.error.type), ("error", case["type"]))
        assert case["message"] in error.error.message, error


def count_and_cancel():
    batches = client.messages.batches
    created = batches.create(requests=GIVEN["one_hangs"])
    soon(
        lambda: batches.with_raw_response.retrieve(created.id).headers["x-switchyard-progress"],
        lambda told: told == "processing=1, succeeded=2, errored=0, canceled=0, expired=0",
    )
    equal(counts(batches.retrieve(created.id)), all_processing(3))
    raises(anthropic.AnthropicError, lambda: batches.results(created.id))
    raises(anthropic.BadRequestError, lambda: batches.delete(created.id), 400)
    canceling = batches.cancel(created.id)
    equal((canceling.processing_status, counts(canceling)), ("canceling", all_processing(3)))
    ended = until_ended(created.id)
    equal(counts(ended), all_processing(0, succeeded=2, canceled=1))
    equal(ended.cancel_initiated_at, canceling.cancel_initiated_at)
    types = {entry.custom_id: entry.result.type for entry in batches.results(created.id)}
    equal(types, {"a": "succeeded", "b": "succeeded", "hangs": "canceled"})
    deleted = batches.delete(created.id)
    equal((deleted.id, deleted.type), (created.id, "message_batch_deleted"))
    raises(anthropic.NotFoundError, lambda: batches.retrieve(created.id), 404)


def idempotency_key():
    headers = {"idempotency-key": uuid.uuid4().hex}
    first, again = [client.messages.batches.create(requests=TWO_REQUESTS, extra_headers=headers) for _ in range(2)]
    equal(again.id, first.id)


def beta_methods():
    batches = client.beta.messages.batches
    created = batches.create(requests=TWO_REQUESTS, betas=["message-batches-2024-09-24"])
    until_ended(created.id, batches)
    equal([entry.result.type for entry in batches.results(created.id)], ["succeeded", "succeeded"])
    equal(batches.list(limit=1).data[0].type, "message_batch")
    equal(batches.delete(created.id).type, "message_batch_deleted")


def pages():
    batches = client_at(key=GIVEN["lister_key"]).messages.batches
    newest_first = GIVEN["listed"]
    last = newest_first[-1]
    equal([batch.id for batch in batches.list()], newest_first)
    equal([batch.id for batch in batches.list(limit=7, after_id=newest_first[2])], newest_first[3:])
    backwards = [batch.id for batch in batches.list(limit=10, before_id=last)]
    equal(backwards[:10], newest_first[-11:-1])
    equal(sorted(backwards), sorted(newest_first[:-1]))


def refused_at_once():
    twice = [TWO_REQUESTS[0], TWO_REQUESTS[0]]
    for requests in ([], twice, [{**TWO_REQUESTS[0], "custom_id": "a b"}]):
        raises(anthropic.BadRequestError, lambda: client.messages.batches.create(requests=requests), 400)


SCENARIOS = {
    'creates, polls and reads results, at the base URL with "" behind it': create_poll_results(""),
    'creates, polls and reads results, at the base URL with "/anthropic" behind it': create_poll_results("/anthropic"),
    "makes each line that cannot be run an error of its own": faulty_lines,
    "counts everything as processing until the end, tells the truth beside it, and cancels": count_and_cancel,
    "creates a batch once for an idempotency key": idempotency_key,
    "calls the beta methods": beta_methods,
    "turns pages forwards and backwards": pages,
    "is told at once what cannot be a batch": refused_at_once,
}

for name, scenario in SCENARIOS.items():
    try:
        forget_health()
        scenario()
        print(json.dumps({"name": name, "wrong": None}))
    except Exception:
        print(json.dumps({"name": name, "wrong": traceback.format_exc()}))
