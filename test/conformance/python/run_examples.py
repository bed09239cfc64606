"""Runs example programs as they are written, each by itself.

Takes one JSON argument; prints one JSON line for each example: what it printed, and the `message` that it was left with.
An example that makes no client finds one named `client`.
"""

import contextlib
import io
import json
import sys

import anthropic

GIVEN = json.loads(sys.argv[1])

for example in GIVEN["examples"]:
    names = {"client": anthropic.Anthropic(base_url=GIVEN["url"], api_key=GIVEN["key"])}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(example["text"], names)
    print(
        json.dumps(
            {"file": example["file"], "printed": printed.getvalue(), "message": names["message"].model_dump(mode="json")}
        )
    )
