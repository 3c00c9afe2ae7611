"""Types at the prompts of real shells: `complete.py BIN WORK`, with bursar in BIN and its completions in WORK."""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

binaries, work = (os.path.abspath(path) for path in sys.argv[1:])
environment = {"PATH": f"{binaries}:/usr/bin:/bin", "HOME": work, "TERM": "xterm", "LC_ALL": "C.UTF-8", "COLUMNS": "200"}
os.makedirs(f"{work}/here/books", exist_ok=True)
open(f"{work}/here/change.diff", "w").close()

# What is typed, and what the line is after the tabulator.
LINES = [
    ("bursar sta", "bursar status "),
    ("bursar budgets li", "bursar budgets list "),
    ("bursar help exp", "bursar help export "),
    ("bursar status --form", "bursar status --format"),
    ("bursar status --format j", "bursar status --format json "),
    ("bursar status --format=c", "bursar status --format=csv "),
    ("bursar status -f j", "bursar status -f json "),
    ("bursar report --by user,mod", "bursar report --by user,model"),
    ("bursar completion fi", "bursar completion fish "),
    ("bursar status --data-dir bo", "bursar status --data-dir books/"),
    ("bursar estimate ch", "bursar estimate change.diff "),
    ("bursar budgets replay --period we", "bursar budgets replay --period week "),
    ("bursar status nons", "bursar status nons"),
]

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"],
             f"PS1='READY> '; bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; source {work}/bursar.bash"),
    "zsh": (["zsh", "-f", "-i"],
            f"PS1='READY> '; RPS1=; unsetopt beep zle_bracketed_paste; unset zle_bracketed_paste; fpath=({work} $fpath); "
            "autoload -U compinit; compinit -u -D; zstyle ':completion:*' menu no"),
}


def plain(text):
    """What a screen of one line would show: sequences of the terminal left out, backspaces done."""
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\x1b\][^\x07]*\x07|\x07", "", text)
    line = []
    for character in text.rsplit("\n", 1)[-1]:
        if character == "\b":
            line[-1:] = []
        elif character == "\r":
            line.clear()
        else:
            line.append(character)
    return "".join(line)


def read_until(descriptor, is_done, seconds=10):
    """Reads until `is_done`, or until nothing more comes for a moment behind it."""
    text, deadline = "", time.monotonic() + seconds
    while time.monotonic() < deadline:
        if select.select([descriptor], [], [], 0.3)[0]:
            text += os.read(descriptor, 65536).decode(errors="replace")
        elif is_done(text):
            return text
    return text


failures = 0
for shell, (command, setup) in SHELLS.items():
    child, descriptor = pty.fork()
    if child == 0:
        os.chdir(f"{work}/here")
        os.execvpe(command[0], command, environment)
    read_until(descriptor, lambda text: text != "")
    os.write(descriptor, f"{setup}; echo SET-UP\n".encode())
    read_until(descriptor, lambda text: text.count("SET-UP") >= 2 and "READY> " in text)
    for typed, wanted in LINES:
        os.write(descriptor, typed.encode() + b"\t")
        text = read_until(descriptor, lambda text: plain(text).replace("READY> ", "").startswith(typed[:5]))
        line = plain(text).split("READY> ")[-1]
        # zsh goes on where more may follow.
        if line.rstrip(" =,") != wanted.rstrip():
            print(f"{shell}: {typed!r} becomes {line!r}, not {wanted!r}")
            failures += 1
        os.write(descriptor, b"\x15\n")
        read_until(descriptor, lambda text: "READY> " in text)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(descriptor)

# fish says by itself what it would offer.
for typed, wanted in LINES:
    word = wanted.rstrip().split(" ")[-1]
    if wanted == typed:
        continue
    script = f"source {work}/bursar.fish; complete -C '{typed}'"
    offers = subprocess.run(
        ["fish", "--no-config", "-c", script], cwd=f"{work}/here", env=environment, text=True, capture_output=True,
        timeout=30).stdout
    if word not in [line.split("\t")[0] for line in offers.splitlines()]:
        print(f"fish: {typed!r} offers {offers!r}, not {word!r}")
        failures += 1
script = f"source {work}/bursar.fish; complete -C 'bursar status --format '"
offers = subprocess.run(["fish", "--no-config", "-c", script], env=environment, text=True, capture_output=True).stdout
if sorted(line.split("\t")[0] for line in offers.splitlines()) != ["csv", "json", "table"]:
    print(f"fish: a format is one of {offers!r}")
    failures += 1
if failures:
    sys.exit(1)
print(f"bash, zsh and fish complete {len(LINES)} lines")
