"""The gateway that is tried, where a script needs more of it than a client does."""

import json
import sys
from urllib.request import Request, urlopen

GIVEN = json.loads(sys.argv[1])


def forget_health():
    """Makes it think of every upstream as if it had never been used: for calls that fail one after the other."""
    headers = {"x-api-key": GIVEN["admin_key"]}
    urlopen(Request(f"{GIVEN['url']}/admin/v1/targets/reset", method="POST", headers=headers)).close()
