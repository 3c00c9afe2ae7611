"""Writes the monthly logs of a made-up team: the same rows for the same day of the calendar."""
import datetime
import pathlib
import random
import sys

HEADER = (
    "year,month,day,time,project_id,project_name,mr_iid,username,input_tokens,output_tokens,total_tokens,model,"
    "duration_ms,cache_write_tokens,cache_read_tokens,cost_usd,price_id,estimated_tokens,agent,command,session_id,usage_id"
)
PROJECTS = [("shop/backend-api", 5), ("shop/web-frontend", 4), ("platform/payments", 2), ("data/pipeline", 1)]
PEOPLE = ["ann", "bob", "chidi", "daria", "émile", "<script>alert(1)</script>"]
MODELS = [("claude-sonnet-4-5", 3, 15), ("claude-haiku-4-5", 1, 5), ("in-house-7b", None, None)]
AGENTS = [("reviewer", 7), ("security", 2), ("docs", 1)]

folder = pathlib.Path(sys.argv[1]) / "token-logs"
dice = random.Random(7)
now = datetime.datetime.now(datetime.timezone.utc)
first = (now - datetime.timedelta(days=60)).date()
months = {}
number = 0
for offset in range(61):
    day = first + datetime.timedelta(days=offset)
    count = dice.randint(14, 30) if day.weekday() < 5 else dice.randint(0, 3)
    moments = sorted(dice.gauss(13.5, 3) for _ in range(count))
    for hour in moments:
        seconds = int(min(max(hour, 0.5), 23.9) * 3600)
        moment = datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        if moment >= now - datetime.timedelta(minutes=2):
            continue
        number += 1
        project = dice.choices([p for p, _ in PROJECTS], [w for _, w in PROJECTS])[0]
        model, into, out = dice.choices(MODELS, [8, 3, 1])[0]
        agent = dice.choices([a for a, _ in AGENTS], [w for _, w in AGENTS])[0]
        tokens, answer = int(dice.lognormvariate(10, 0.6)), dice.randint(300, 3000)
        iid = 100 + number // 3
        cost = "" if into is None else f"{(tokens * into + answer * out) / 1e6:.6f}"
        user = dice.choice(PEOPLE)
        row = [
            moment.year, moment.month, moment.day, moment.strftime("%H:%M:%S"), 10 + len(project), project.split("/")[1],
            iid, user, tokens, answer, tokens + answer, model, dice.randint(2000, 40000), 0, 0, cost,
            "" if into is None else "check", int(tokens * 1.15) + 2000, agent,
            "review", f"{project}!{iid}", f"u-{number:016x}",
        ]
        months.setdefault(f"{moment:%Y-%m}", []).append(",".join(map(str, row)))
for month, rows in months.items():
    (folder / f"{month}.csv").write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
