"""Looks at the dashboard with Chromium: browse.py URL TOKEN [DIRECTORY FOR PICTURES]."""
import json
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

base, token, pictures = sys.argv[1], sys.argv[2], sys.argv[3]
failures = []


def check(condition, what):
    if not condition:
        failures.append(what)
        print("FAILED:", what)


def call(path, method="GET", body=None, **headers):
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(base + path, data=body, method=method, headers=fields)

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    try:
        with urllib.request.build_opener(Stay).open(request, timeout=10) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers


def form(path, fields, **headers):
    headers.setdefault("Content_Type", "application/x-www-form-urlencoded")
    return call(path, "POST", urllib.parse.urlencode(fields).encode(), **headers)


PAGES = [
    ("today", "/"), ("month", "/dashboard/month"), ("sessions", "/dashboard/sessions"), ("agents", "/dashboard/agents"),
    ("budgets", "/dashboard/budgets?replay_scope=user:*&replay_period=day&replay_limit=120000"),
    ("teams", "/dashboard/teams"), ("alerts", "/dashboard/alerts"), ("queue", "/dashboard/queue"),
    ("why", "/dashboard/why?mr=shop/app!1"), ("prices", "/dashboard/prices"),
]

# Strangers, and forms that nobody sent from a page.
status, _, head = call("/")
check(status == 303 and head["Location"].startswith("/dashboard/sign-in"), f"a stranger got {status}")
check(call("/events")[0] == 401, "a stranger heard events")
check(form("/dashboard/sign-in", {"api_token": token})[0] == 403, "signing in without a page of ours")
check(form("/dashboard/sign-in", {"api_token": token}, Sec_Fetch_Site="cross-site")[0] == 403, "signing in from another site")
check(form("/dashboard/sign-in", {"api_token": token}, Origin="https://evil.example")[0] == 403, "signing in from another origin")
wrong = [form("/dashboard/sign-in", {"api_token": "wrong"}, Sec_Fetch_Site="same-origin")[0] for _ in range(8)]
check(wrong == [403] * 8, f"wrong tokens got {wrong}")
status, _, head = form("/dashboard/sign-in", {"api_token": token, "next": "//evil"}, Sec_Fetch_Site="same-origin")
cookie = head.get("Set-Cookie", "")
check(status == 303 and head["Location"] == "/", f"the right token got {status} to {head['Location']}")
check("HttpOnly" in cookie and "SameSite=Strict" in cookie and "Secure" not in cookie, f"the cookie is {cookie}")
status, _, head = form(
    "/dashboard/sign-in", {"api_token": token}, Sec_Fetch_Site="same-origin", X_Forwarded_Proto="https")
check("__Host-bursar=" in head.get("Set-Cookie", "") and "; Secure" in head["Set-Cookie"], "no Secure cookie behind https")
session = cookie.split(";")[0]
page = call("/dashboard/month", Cookie=session)[1]
secret = page.split('name="token" value="')[1].split('"')[0]
remark = {"day": time.strftime("%Y-%m-%d", time.gmtime()), "text": "built <b>feature X</b>"}
for what, fields, headers in [
    ("without a token", remark, {"Sec_Fetch_Site": "same-origin"}),
    ("with a wrong token", remark | {"token": "x"}, {"Sec_Fetch_Site": "same-origin"}),
    ("from another site", remark | {"token": secret}, {"Sec_Fetch_Site": "cross-site"}),
    ("from another subdomain", remark | {"token": secret}, {"Sec_Fetch_Site": "same-site"}),
    ("from nowhere", remark | {"token": secret}, {}),
]:
    check(form("/dashboard/annotations/add", fields, Cookie=session, **headers)[0] == 403, f"a form {what} was taken")
check("feature X" not in call("/dashboard/month", Cookie=session)[1], "a refused remark was kept")
grant = {"token": secret, "budget": "daily", "amount": "5000", "reason": "a check"}
check(
    form("/dashboard/budgets/grant", grant, Cookie=session, Sec_Fetch_Site="same-origin")[0] == 303, "a grant was refused")

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])

    def watched(context, errors):
        tab = context.new_page()
        tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: errors.append(str(error)))
        return tab

    for width, height, scheme in [(1280, 900, "light"), (1280, 900, "dark"), (390, 844, "light"), (390, 844, "dark")]:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        errors = []
        tab = watched(context, errors)
        tab.goto(base + "/dashboard/month")
        if pictures:
            tab.screenshot(path=f"{pictures}/sign-in-{width}-{scheme}.png")
        problems = Axe().run(tab).response["violations"]
        check(not [p for p in problems if p["impact"] in ("serious", "critical")], f"axe on sign-in: {problems}")
        tab.fill("#api-token", token)
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/dashboard/month")
        if (width, scheme) == (1280, "light"):
            tab.fill("#remark-text", remark["text"])
            tab.click("text=Add")
            check(remark["text"] in tab.inner_text("#remarks"), "the remark is not shown")
            for name, limit in [("people", "400000"), ("web", "12usd")]:
                tab.goto(base + "/dashboard/budgets")
                tab.fill("#set-name", name)
                tab.fill("#set-scope", "user:*" if name == "people" else "project:shop/web-frontend")
                tab.fill("#set-limit", limit)
                tab.select_option("#set-period", "month")
                tab.click("#set button")
                check("in force" in tab.inner_text("main"), f"the budget {name} was not set")
            tab.fill("#set-name", "bad name!")
            tab.fill("#set-scope", "planet:mars")
            tab.fill("#set-limit", "1")
            tab.click("#set button")
            check("planet:mars" in tab.inner_text("[role=alert]"), "a wrong scope was not refused in words")
            errors.clear()  # the browser notes the refusal
        pages = list(PAGES)
        tab.goto(base + "/dashboard/sessions")
        link = tab.get_attribute("#sessions tbody a", "href")
        pages.append(("session", link))
        for name, path in pages:
            tab.goto(base + path)
            tab.wait_for_selector("#live[data-state=live]", timeout=5000)
            overflow = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            check(overflow <= 0, f"{name} at {width} is {overflow} px too wide")
            problems = [
                (p["id"], [n["target"] for n in p["nodes"]][:3])
                for p in Axe().run(tab).response["violations"] if p["impact"] in ("serious", "critical")
            ]
            check(not problems, f"axe on {name} at {width} {scheme}: {problems}")
            if pictures:
                tab.screenshot(path=f"{pictures}/{name}-{width}-{scheme}.png", full_page=True)
        check(not errors, f"console at {width} {scheme}: {errors}")
        if (width, scheme) == (1280, "light"):
            # By keyboard: the first stop leads past the navigation.
            tab.goto(base + "/")
            tab.keyboard.press("Tab")
            check(tab.evaluate("document.activeElement.className") == "skip", "the first stop is not the skip link")
            # Live: a call that is booked shows within a second.
            tab.wait_for_selector("#live[data-state=live]", timeout=5000)
            before = tab.get_attribute("#figures data", "value")
            usage = {"project": "shop/app", "merge_request": 1, "user": "ann", "model": "claude-sonnet-4-5",
                     "input_tokens": 4000, "output_tokens": 234}
            begin = time.monotonic()
            status = call("/usage", "POST", json.dumps(usage).encode(), Authorization=f"Bearer {token}",
                          Content_Type="application/json")[0]
            check(status == 201, f"the call was answered {status}")
            tab.wait_for_selector(f"#figures dd:first-of-type data[value='{int(before) + 1}']", timeout=5000)
            took = time.monotonic() - begin
            check(took < 1, f"the call showed after {took:.2f} s")
            print(f"a booked call showed after {took:.2f} s")
            if pictures:
                tab.emulate_media(media="print")
                tab.screenshot(path=f"{pictures}/today-print.png", full_page=True)
                tab.emulate_media(media="screen")
            # Without script the pages say the same.
            plain = browser.new_context(java_script_enabled=False)
            plain.add_cookies([{"name": "bursar", "value": session.split("=")[1], "url": base}])
            other = plain.new_page()
            other.goto(base + "/")
            check(other.get_attribute("#figures data", "value") == tab.get_attribute("#figures data", "value"),
                  "without script the page says something else")
            plain.close()
            tab.click("text=Sign out")
            tab.wait_for_url("**/dashboard/sign-in")
            tab.goto(base + "/")
            check("sign-in" in tab.url, "signing out left the session open")
        context.close()
    browser.close()

# The gate closes after so many refusals and says when to come back.
tries = [form("/dashboard/sign-in", {"api_token": "wrong"}, Sec_Fetch_Site="same-origin")[0] for _ in range(40)]
check(tries[-1] == 429, f"forty wrong tokens got {tries}")

if failures:
    sys.exit(f"{len(failures)} failures")
print(f"{len(PAGES) + 2} pages, four views: no console error, nothing serious for axe")
