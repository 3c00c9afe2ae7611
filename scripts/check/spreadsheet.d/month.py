"""A month of calls with hostile names: `post URL` books them, `spread FROM TO` gives their rows the days of October 2025."""
import json
import random
import sys
import urllib.request

PROJECTS = ["shop/backend-api", "shop/frontend-app", "群组/支付系统", "=cmd|'/C calc'!A0", "+1+2", "-2+3", "@SUM(1,2)",
            'say "hi", then; leave', "emoji/🚀🔥", "tab\there", "line\nbreak", "'quoted", "a;b,c", "ünïcödé/äöü", "\u202eabc"]
USERS = ["john.doe", "jane.smith", "bob.jones", "zoë", "王小明", "=HYPERLINK(\"http://example.com\")", "-dash", "007a",
         "@at", "o'brien", "мария"]
MODELS = ["claude-sonnet-5-5", "claude-haiku-5-5", "gpt-5.2", "=model", "nobody-knows-its-price"]
CALLS = 310


def calls():
    dice = random.Random(7)
    for number in range(CALLS):
        yield {
            "project": PROJECTS[number % len(PROJECTS)], "project_id": 40 + number % len(PROJECTS),
            "merge_request": 1 + dice.randrange(90), "user": USERS[dice.randrange(len(USERS))],
            "model": MODELS[dice.randrange(len(MODELS))], "input_tokens": dice.randrange(1, 250_000),
            "output_tokens": dice.randrange(1, 9_000), "duration_ms": dice.randrange(100, 90_000),
        }


def post(url):
    for number, call in enumerate(calls()):
        request = urllib.request.Request(
            url + "/usage", json.dumps(call).encode(), {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=10).read()
        except urllib.error.HTTPError as error:
            sys.exit(f"call {number}, {call}: {error.code} {error.read().decode()}")


def spread(source, target):
    with open(source, encoding="utf-8", newline="") as file:
        lines = file.read().split("\n")
    rows = [line for line in lines[1:] if line]
    assert len(rows) == CALLS, f"{len(rows)} rows for {CALLS} calls"
    with open(target, "w", encoding="utf-8", newline="") as file:
        file.write(lines[0] + "\n")
        for number, row in enumerate(rows):
            rest = row.split(",", 4)[4]
            day, second = number // 10 + 1, number % 10 * 8123
            file.write(f"2025,10,{day},{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02},{rest}\n")


if sys.argv[1] == "post":
    post(sys.argv[2])
else:
    spread(*sys.argv[2:])
