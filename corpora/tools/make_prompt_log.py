#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes prompt-log/log.jsonl, prompt-log/expected.jsonl and manifest.json.

Seeded and free of anything that changes between Python versions: a second run
writes the same bytes. Before it writes, it checks what it made (see `verify`).

    make_prompt_log.py           write the three files
    make_prompt_log.py --check   make them in memory and compare with what is there
"""

import hashlib
import html
import json
import re
import sys
import unicodedata
from pathlib import Path

sys.dont_write_bytecode = True

import clean_material as clean  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
SEED = 0x5EED_0CA7
CLEAN, LEAKING = 120, 80
MIN_CHARACTERS = 150  # letters, digits and underscores a leaked fragment has at least
CLEAN_RUN = 40        # no clean record shares a run this long with what must not leave


class Rng:
    """splitmix64: the same numbers on every version of Python."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & (2**64 - 1)
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
        return z ^ (z >> 31)

    def below(self, n):
        return self.next() % n

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def pick(self, items):
        return items[self.below(len(items))]

    def chance(self, percent):
        return self.below(100) < percent

    def shuffled(self, items):
        items = list(items)
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]
        return items

    def hex(self, digits):
        return "".join(f"{self.next():016x}" for _ in range(digits // 16 + 1))[:digits]

    def uuid(self):
        h = self.hex(32)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"


rng = Rng(SEED)


# --------------------------------------------------------------------------
# The sources and which of their lines are only ours
# --------------------------------------------------------------------------

def read(path):
    return (ROOT / path).read_bytes().decode("utf-8")


def lines_of(path):
    return read(path).removesuffix("\n").split("\n")


def files_under(folder):
    return sorted(str(p.relative_to(ROOT)).replace("\\", "/") for p in (ROOT / folder).rglob("*")
                  if p.is_file() and "__pycache__" not in p.parts)


def canon(text):
    return re.sub(r"[^a-z0-9_]", "", text.lower())


PROPRIETARY = files_under("proprietary")
TRAINING = files_under("training-data")
PUBLIC = files_under("public")
HEADER = [
    "Copyright (c) Quarrowmere Freight. All rights reserved.",
    "Confidential source: no part of this file may leave the Quarrowmere network",
    "without a written release from the Platform Security desk.",
    "SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary",
]
IMPORT = re.compile(r"^(import .*|from \S+ import .*|package \w+|#include .*|#pragma once|using [\w.]+;|use [\w:{}, ]+;|mod \w+;)$")


def header_and_imports(lines):
    """Indices of lines that may leave: the licence header and the imports."""
    found, inside = set(), False
    for i, line in enumerate(lines):
        if any(line.endswith(h) for h in HEADER):
            found.add(i)
        elif inside or line == "import (":
            inside = line != ")"
            found.add(i)
        elif IMPORT.match(line):
            found.add(i)
    return found


def vendored(path):
    """Runs of at least eight lines that stand in public/ too: (first, last, public file, its first), 0-based."""
    own, out = lines_of(path), []
    for public in PUBLIC:
        theirs, i = lines_of(public), 0
        while i < len(own):
            best = (0, 0)
            for j in range(len(theirs)):
                n = 0
                while i + n < len(own) and j + n < len(theirs) and own[i + n] == theirs[j + n]:
                    n += 1
                best = max(best, (n, -j))
            if best[0] >= 8 and own[i].strip():
                out.append((i, i + best[0] - 1, public, -best[1]))
                i += best[0]
            else:
                i += 1
    return out


VENDORED = {path: vendored(path) for path in PROPRIETARY}


def own_zones(path):
    """Stretches of lines that are neither header, nor imports, nor public."""
    lines = lines_of(path)
    free = header_and_imports(lines)
    for first, last, _, _ in VENDORED[path] if path in VENDORED else []:
        free.update(range(first, last + 1))
    zones, start = [], None
    for i in range(len(lines) + 1):
        if i < len(lines) and i not in free:
            start = i if start is None else start
        elif start is not None:
            zones.append((start, i - 1))
            start = None
    return [z for z in zones if len(canon("".join(lines[z[0]:z[1] + 1]))) >= 2 * MIN_CHARACTERS]


def fragment(path, want, within=None):
    """A run of about `want` lines, longer if it holds too little: (first, last), 1-based."""
    lines = lines_of(path)
    zones = within or own_zones(path)
    zone = zones[0] if len(zones) == 1 else max(zones, key=lambda z: (z[1] - z[0]) * rng.between(70, 130))
    size = min(want, zone[1] - zone[0] + 1)
    first = zone[0] + rng.below(zone[1] - zone[0] + 2 - size)
    last = first + size - 1
    while not lines[first].strip():
        first += 1
    while len(canon("".join(lines[first:last + 1]))) < MIN_CHARACTERS + 10 or last - first < 4:
        if last < zone[1]:
            last += 1
        else:
            first -= 1
    while not lines[last].strip():
        last -= 1
    if last - first < 4 or len(canon("".join(lines[first:last + 1]))) < MIN_CHARACTERS:
        return fragment(path, want + 3, within)
    return first + 1, last + 1


# --------------------------------------------------------------------------
# Wraps: what a tool, a shell or a careless paste does to text
# --------------------------------------------------------------------------

EXTENSION = {".py": "python", ".go": "go", ".ts": "typescript", ".tsx": "tsx", ".rs": "rust", ".cs": "csharp",
             ".cu": "cuda", ".cpp": "cpp", ".h": "cpp", ".sql": "sql", ".yaml": "yaml", ".md": "markdown"}


def numbered(lines, first, form):
    return "\n".join(form.format(n, line) for n, line in enumerate(lines, first)) + "\n"


def short(path):
    """The path as the engineer's tool would print it."""
    return path.split("/", 1)[1] if path.startswith(("proprietary/", "public/")) else path


def raw(lines, path, first):
    return "\n".join(lines) + "\n"


def cat_arrow(lines, path, first):
    return numbered(lines, first, "{:6d}→{}")


def cat_tab(lines, path, first):
    return numbered(lines, first, "{}\t{}")


def cat_n(lines, path, first):
    return numbered(lines, first, "{:6d}\t{}")


def nl(lines, path, first):
    out, n = [], first
    for line in lines:  # nl leaves empty lines without a number
        out.append(f"{n:6d}  {line}" if line else "       ")
        n += bool(line)
    return "\n".join(out) + "\n"


def sed_n(lines, path, first):
    return f"$ sed -n '{first},{first + len(lines) - 1}p' {short(path)}\n" + raw(lines, path, first)


def unified_diff(lines, path, first):
    body = [(" " if i < 2 or i >= len(lines) - 2 else "+") + line for i, line in enumerate(lines)]
    context = sum(b[0] == " " for b in body)
    return (f"diff --git a/{short(path)} b/{short(path)}\nindex {rng.hex(7)}..{rng.hex(7)} 100644\n"
            f"--- a/{short(path)}\n+++ b/{short(path)}\n@@ -{first},{context} +{first},{len(lines)} @@\n"
            + "\n".join(body) + "\n")


def removed_diff(lines, path, first):
    half = len(lines) // 2
    body = ["-" + line for line in lines[:half]] + [" " + line for line in lines[half:]]
    return f"--- a/{short(path)}\n+++ b/{short(path)}\n@@ -{first},{len(lines)} +{first},{len(lines) - half} @@\n" + "\n".join(body) + "\n"


def apply_patch(lines, path, first):
    return f"*** Begin Patch\n*** Add File: {short(path)}\n" + "\n".join("+" + line for line in lines) + "\n*** End Patch\n"


def grep_n(lines, path, first):
    return numbered(lines, first, short(path) + ":{}:{}")


def grep_context(lines, path, first):
    hit = first + len(lines) // 2
    return "\n".join(f"{short(path)}{':' if n == hit else '-'}{n}{':' if n == hit else '-'}{line}"
                     for n, line in enumerate(lines, first)) + "\n"


def fence(lines, path, first):
    suffix = "." + path.rsplit(".", 1)[1]
    return f"```{EXTENSION.get(suffix, '')}\n" + raw(lines, path, first) + "```\n"


def quote(lines, path, first):
    return "\n".join("> " + line if line else ">" for line in lines) + "\n"


def quoted_fence(lines, path, first):
    return quote(fence(lines, path, first).split("\n")[:-1], path, first)


def reindent(lines, path, first):
    out = []
    for line in lines:
        body = line.lstrip(" \t")
        depth = len(line) - len(body) if line[:1] == "\t" else (len(line) - len(body)) // 2
        out.append("\t" * (depth + 1) + body if body else "")
    return "\n".join(out) + "\n"


def crlf(lines, path, first):
    return "\r\n".join(lines) + "\r\n"


def bom(lines, path, first):
    return "\ufeff" + raw(lines, path, first)


def one_line(lines, path, first):
    return re.sub(r"\s+", " ", " ".join(lines)).strip()


def json_in_json(lines, path, first):
    return json.dumps({"contents": raw(lines, path, first), "startLine": first, "truncated": False})


def json_twice(lines, path, first):
    inner = json.dumps({"output": cat_n(lines, path, first), "exit_code": 0})
    return json.dumps({"chunk_id": rng.hex(6), "result": inner})


def json_unicode(lines, path, first):
    inner = json.dumps({"text": raw(lines, path, first)})
    return re.sub(r"[<>&'(){}=]", lambda m: f"\\u{ord(m.group(0)):04x}" if m.start() not in (0, len(inner) - 1) else m.group(0), inner)


def html_escaped(lines, path, first):
    return "<pre><code>" + html.escape(raw(lines, path, first)) + "</code></pre>"


def html_numeric(lines, path, first):
    return re.sub(r"[<>&\"'=(){}]", lambda m: f"&#{ord(m.group(0))};" if rng.chance(50) else f"&#x{ord(m.group(0)):x};",
                  raw(lines, path, first)).replace("    ", "&nbsp;&nbsp;&nbsp;&nbsp;")


KEYWORDS = re.compile(r"\b(def|return|if|for|in|else|class|func|const|let|float|int|case|select|from|self|static|the|and|you)\b")


def ansi(lines, path, first):
    def paint(m):
        return f"\x1b[38;5;{81 + len(m.group(0)) * 7}m{m.group(0)}\x1b[39m"
    return "\n".join(KEYWORDS.sub(paint, line) for line in lines) + "\x1b[0m\n"


def ansi_grep(lines, path, first):
    return "\n".join(f"\x1b[35m{short(path)}\x1b[m\x1b[36m:\x1b[m\x1b[32m{n}\x1b[m\x1b[36m:\x1b[m{line}"
                     for n, line in enumerate(lines, first)) + "\n"


def zero_width(lines, path, first):
    return "".join(c + rng.pick("\u200b\u200c\u2060\u200d") if c.isalnum() and rng.chance(9) else c for c in raw(lines, path, first))


def full_width(lines, path, first):
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalpha() else c for c in raw(lines, path, first))


def upper_case(lines, path, first):
    return raw(lines, path, first).upper()


CYRILLIC = {"a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "x": "х", "y": "у", "i": "і"}


def homoglyph(lines, path, first):
    letters = rng.shuffled(CYRILLIC)[:rng.between(2, 4)]
    return "".join(CYRILLIC[c] if c in letters and rng.chance(60) else c for c in raw(lines, path, first))


WRAPS = [
    ("raw", raw), ("cat-arrow", cat_arrow), ("cat-tab", cat_tab), ("cat-n", cat_n), ("nl", nl), ("sed-n", sed_n),
    ("unified-diff", unified_diff), ("removed-diff", removed_diff), ("apply-patch", apply_patch), ("grep-n", grep_n),
    ("grep-context", grep_context), ("markdown-fence", fence), ("markdown-quote", quote), ("quoted-fence", quoted_fence),
    ("re-indented", reindent), ("crlf", crlf), ("bom", bom), ("one-line", one_line), ("json-in-json", json_in_json),
    ("json-twice", json_twice), ("json-unicode", json_unicode), ("html-escaped", html_escaped),
    ("html-numeric", html_numeric), ("ansi", ansi), ("ansi-grep", ansi_grep), ("zero-width", zero_width),
    ("full-width", full_width), ("upper-case", upper_case), ("homoglyph", homoglyph), ("scattered", None),
]
TOOL_OUTPUT = {"cat-arrow", "cat-tab", "cat-n", "nl", "sed-n", "grep-n", "grep-context", "ansi-grep", "json-in-json", "json-twice"}

# --------------------------------------------------------------------------
# Shapes: how the tools put turns on the wire or into their logs.
# A turn is ("user", text), ("assistant", text), ("call", tool, arguments) or ("result", text).
# --------------------------------------------------------------------------

CALLS = 0


def call_id(prefix):
    global CALLS
    CALLS += 1
    return f"{prefix}{CALLS:04d}{rng.hex(8)}"


def stamp():
    return f"2026-03-{rng.between(1, 28):02d}T{rng.between(7, 18):02d}:{rng.below(60):02d}:{rng.below(60):02d}.{rng.below(1000):03d}Z"


def anthropic_request(turns):
    messages, pending = [], None
    for turn in turns:
        role = "user" if turn[0] in ("user", "result") else "assistant"
        if turn[0] == "call":
            pending = call_id("toolu_")
            block = {"type": "tool_use", "id": pending, "name": turn[1], "input": turn[2]}
        elif turn[0] == "result":
            block = {"type": "tool_result", "tool_use_id": pending or call_id("toolu_"), "content": turn[1]}
            if rng.chance(40):
                block["content"] = [{"type": "text", "text": turn[1]}]
        else:
            block = {"type": "text", "text": turn[1]}
        if messages and messages[-1]["role"] == role:
            messages[-1]["content"].append(block)
        else:
            messages.append({"role": role, "content": [block]})
    if len(turns) == 1 and turns[0][0] == "user" and rng.chance(50):
        messages = [{"role": "user", "content": turns[0][1]}]
    return {"model": "claude-sonnet-4-5", "max_tokens": 8192, "stream": True,
            "system": [{"type": "text", "text": "You are a coding assistant in a terminal. Be brief."}], "messages": messages}


def openai_chat(turns):
    messages, pending = [{"role": "system", "content": "You help with code. Answer in Markdown."}], None
    for turn in turns:
        if turn[0] == "call":
            pending = call_id("call_")
            messages.append({"role": "assistant", "content": None, "tool_calls": [
                {"id": pending, "type": "function", "function": {"name": turn[1], "arguments": json.dumps(turn[2])}}]})
        elif turn[0] == "result":
            messages.append({"role": "tool", "tool_call_id": pending or call_id("call_"), "content": turn[1]})
        else:
            messages.append({"role": turn[0], "content": turn[1]})
    return {"model": "gpt-5", "messages": messages, "temperature": 0.2}


def response_item(turn, pending):
    # "exec_" calls are those of a custom tool: free text in, an array out, and
    # what the command printed stands as JSON in a string.
    if turn[0] == "call" and (pending.startswith("exec_") or turn[1] == "apply_patch"):
        script = turn[2].get("input") or f"const r = await tools.exec_command({json.dumps(turn[2])}); text(r.output);"
        return {"type": "custom_tool_call", "status": "completed", "call_id": pending,
                "name": "apply_patch" if turn[1] == "apply_patch" else "exec", "input": script}
    if turn[0] == "result" and pending.startswith("exec_"):
        body = json.dumps({"chunk_id": rng.hex(6), "wall_time_seconds": 0.1, "exit_code": 0, "output": turn[1]})
        return {"type": "custom_tool_call_output", "call_id": pending, "output": [
            {"type": "input_text", "text": "Script completed\nWall time 0.1 seconds\nOutput:\n"}, {"type": "input_text", "text": body}]}
    if turn[0] == "call":
        return {"type": "function_call", "name": turn[1], "arguments": json.dumps(turn[2]), "call_id": pending}
    if turn[0] == "result":
        return {"type": "function_call_output", "call_id": pending, "output": f"Exit code: 0\nWall time: 0.{rng.below(10)} seconds\nOutput:\n{turn[1]}"}
    kind = "input_text" if turn[0] == "user" else "output_text"
    return {"type": "message", "role": turn[0], "content": [{"type": kind, "text": turn[1]}]}


def openai_responses(turns):
    items, pending, prefix = [], call_id("call_"), rng.pick(["call_", "exec_"])
    for turn in turns:
        if turn[0] == "call":
            pending = call_id(prefix)
        items.append(response_item(turn, pending))
    return {"model": "gpt-5-codex", "instructions": "You are a coding agent. Keep to the task.", "input": items,
            "store": False, "stream": True, "parallel_tool_calls": True}


def claude_code_line(turns):
    turn = turns[-1]
    line = {"type": "assistant" if turn[0] in ("assistant", "call") else "user", "isSidechain": False,
            "uuid": rng.uuid(), "parentUuid": rng.uuid(), "sessionId": rng.uuid(), "timestamp": stamp(),
            "cwd": "/srv/build", "gitBranch": "main", "version": "2.1.0", "userType": "external"}
    if turn[0] == "call":
        content = [{"type": "tool_use", "id": call_id("toolu_"), "name": turn[1], "input": turn[2]}]
    elif turn[0] == "result":
        content = [{"type": "tool_result", "tool_use_id": call_id("toolu_"), "content": turn[1]}]
        if rng.chance(40):
            line["toolUseResult"] = {"stdout": turn[1], "stderr": "", "interrupted": False}
    else:
        content = turn[1]
    line["message"] = {"role": line["type"], "content": content}
    return line


def codex_rollout(turns):
    return {"timestamp": stamp(), "type": "response_item", "payload": response_item(turns[-1], call_id(rng.pick(["call_", "exec_"])))}


def cursor_bubble(turns):
    turn = turns[-1]
    bubble = {"_v": 3, "type": 1 if turn[0] == "user" else 2, "bubbleId": rng.uuid(), "createdAt": stamp(),
              "text": turn[1] if turn[0] in ("user", "assistant") else "", "attachedCodeChunks": [], "codeBlocks": [],
              "tokenCount": {"inputTokens": 0, "outputTokens": 0}}
    if turn[0] == "call":
        bubble["toolFormerData"] = {"tool": 38, "name": "edit_file_v2", "status": "completed", "toolCallId": call_id("tool_"),
                                    "params": json.dumps(turn[2]), "rawArgs": json.dumps(turn[2])}
    elif turn[0] == "result":
        bubble["toolFormerData"] = {"tool": 40, "name": "read_file_v2", "status": "completed", "toolCallId": call_id("tool_"),
                                    "params": json.dumps({"targetFile": "src"}), "result": json.dumps({"contents": turn[1]})}
    elif turn[0] == "user" and rng.chance(40):
        ask, _, rest = turn[1].partition("\n\n")
        if rest:
            bubble["text"] = ask
            bubble["attachedCodeChunks"] = [{"relativeWorkspacePath": "src", "startLineNumber": 1, "lines": rest.split("\n")}]
    return bubble


def plain(turns):
    # A call that only reads is not part of a plain prompt; one that writes is, as the text it writes.
    texts = [t[2].get("input") or t[2].get("content") if t[0] == "call" else t[1] for t in turns if t[0] != "assistant"]
    return {"text": "\n\n".join(t for t in texts if t)}


SHAPES = [anthropic_request, openai_chat, openai_responses, claude_code_line, codex_rollout, cursor_bubble, plain]
REQUESTS = SHAPES[:3]


def conversation(ask, payload, path, carrier, wrap):
    """Turns in which `payload` is pasted, read by a tool, or written by one."""
    if carrier == "paste":
        return [("user", ask + "\n\n" + payload)]
    if carrier == "result":
        tool, arguments = ("Read", {"file_path": short(path)})
        if wrap.startswith(("grep", "ansi-grep")):
            tool, arguments = "Grep", {"pattern": "scale|limit", "path": ".", "-n": True, "-C": 8}
        elif wrap in ("nl", "sed-n", "cat-n", "unified-diff", "removed-diff", "ansi"):
            tool, arguments = "Bash", {"command": f"git diff {short(path)}" if "diff" in wrap else f"show {short(path)}"}
        return [("user", ask), ("assistant", rng.pick(clean.REPLIES)), ("call", tool, arguments), ("result", payload)]
    if wrap == "apply-patch":
        return [("user", ask), ("call", "apply_patch", {"input": payload})]
    return [("user", ask), ("call", "Write", {"file_path": "/tmp/scratch/" + path.rsplit("/", 1)[1], "content": payload})]


# --------------------------------------------------------------------------
# The leaking records
# --------------------------------------------------------------------------

LEAK_ASKS = [
    "Why does this get slower with every step?", "Please review.", "Make this faster but keep the numbers.",
    "Can you write tests for this part?", "I get NaN after a while, see below.", "Port this for me, same behaviour.",
    "What does this do? I inherited it.", "Is the rounding right here?", "Find the bug.", "Clean this up a bit.",
    "Explain this to me as if I were new here.", "Could this be vectorised?", "Rewrite the comments in better English.",
    "This is what I have so far, what is missing?", "Does this look thread-safe to you?",
]
TEXT_ASKS = [
    "Turn this into five bullet points.", "Make this friendlier.", "Write ten more like these.", "Is the tone all right?",
    "Summarise for the weekly report.", "Check the spelling, change nothing else.", "Translate into German please.",
    "What would a good follow-up question be?",
]


def leak(path, wrap, wrapper, shape, want):
    first, last = fragment(path, want)
    lines = lines_of(path)[first - 1:last]
    label = "training-data" if path in TRAINING else "proprietary-code"
    ask = rng.pick(TEXT_ASKS if label == "training-data" or path.endswith(".md") else LEAK_ASKS)
    if wrap == "scattered":
        parts = rng.between(2, 4) if len(lines) >= 16 else 2
        cuts = [len(lines) * i // parts for i in range(parts + 1)]
        turns = []
        for i in range(parts):
            text = raw(lines[cuts[i]:cuts[i + 1]], path, first)
            turns.append(("user", (ask if i == 0 else rng.pick(["and then", "it goes on:", "next part", "the rest:"])) + "\n\n" + text))
            turns.append(("assistant", rng.pick(["Got it, go on.", "I see. Is there more?", "Noted.", "Thanks, please send the rest."])))
        turns.pop()
        note = f"one fragment over {parts} user messages"
        shape = REQUESTS[rng.below(3)]
    else:
        payload = wrapper(lines, path, first)
        carrier = "call" if wrap == "apply-patch" else "result" if wrap in TOOL_OUTPUT or rng.chance(30) else \
            "call" if wrap in ("raw", "crlf", "re-indented", "bom") and rng.chance(50) else "paste"
        turns = conversation(ask, payload, path, carrier, wrap)
        carrier = "paste" if shape is plain else carrier
        note = {"paste": "pasted into the prompt", "result": "in a tool result", "call": "in the arguments of a tool call"}[carrier]
    return {"record": shape(turns), "label": label, "ranges": [(path, first, last)], "wrap": wrap,
            "note": f"{note}; {shape.__name__}", "pieces": lines}


def pairs_leak(numbers, shape):
    """Instruction pairs without their JSON, as somebody would quote them."""
    path = "training-data/instructions.jsonl"
    rows = [json.loads(lines_of(path)[n - 1]) for n in numbers]
    text = "\n\n".join(f"Q: {r['instruction']}\nA: {r['response']}" for r in rows)
    pieces = [r[k] for r in rows for k in ("instruction", "response")]
    return {"record": shape([("user", "Write ten more like these.\n\n" + text)]), "label": "training-data",
            "ranges": [(path, numbers[0], numbers[-1])], "wrap": "question-answer",
            "note": f"pairs taken out of their JSON; {shape.__name__}", "pieces": pieces}


def two_files_leak(paths, shape):
    ranges, parts, pieces = [], [], []
    for path in paths:
        first, last = fragment(path, 14)
        lines = lines_of(path)[first - 1:last]
        ranges.append((path, first, last))
        parts.append(f"### {short(path)}\n" + cat_tab(lines, path, first))
        pieces += lines
    return {"record": shape([("user", "These two disagree, which one is right?\n\n" + "\n".join(parts))]),
            "label": "proprietary-code", "ranges": ranges, "wrap": "cat-tab", "note": f"two files in one prompt; {shape.__name__}", "pieces": pieces}


def leaking():
    out = []
    code = rng.shuffled(PROPRIETARY)
    sizes = [5, 6, 8, 10, 12, 15, 18, 22, 26, 32, 40, 50, 60]
    # Each wrap twice over code: 60 records, every proprietary file at least twice.
    for i in range(60):
        wrap, wrapper = WRAPS[i % len(WRAPS)]
        shape = SHAPES[(i * 3 + i // 7) % len(SHAPES)]
        out.append(leak(code[i % len(code)], wrap, wrapper, shape, sizes[(i * 5) % len(sizes)]))
    out.append(two_files_leak(["proprietary/services/pricing/engine.go", "proprietary/sql/margin_audit.sql"], openai_chat))
    out.append(two_files_leak(["proprietary/heron/recipes/heron-3b.yaml", "proprietary/heron/train/schedule.py"], anthropic_request))
    # Training data: 18 records.
    named = dict(WRAPS)
    prose = ["raw", "cat-arrow", "cat-tab", "sed-n", "markdown-quote", "crlf", "one-line", "html-escaped", "zero-width",
             "full-width", "homoglyph", "upper-case", "scattered", "grep-n", "json-in-json"]
    for i, wrap in enumerate(prose):
        path = ["training-data/support-transcripts.txt", "training-data/glossary.md"][i % 2]
        if wrap in ("grep-n", "json-in-json"):
            path = "training-data/instructions.jsonl"
        out.append(leak(path, wrap, named[wrap], SHAPES[(i * 2 + 1) % len(SHAPES)], [6, 9, 14, 20][i % 4]))
    out.append(pairs_leak([7], plain))
    out.append(pairs_leak([21, 22, 23], openai_chat))
    out.append(pairs_leak([44, 45], cursor_bubble))
    return out


# --------------------------------------------------------------------------
# The clean records
# --------------------------------------------------------------------------

def cleans():
    out = []

    def add(turns, kind, shape=None):
        shape = shape or SHAPES[len(out) % len(SHAPES)]
        out.append({"record": shape(turns), "kind": kind})

    for question in clean.QUESTIONS:                                                     # 40
        add([("user", question)], "question")
    for i in range(12):                                                                  # 12
        language, path, code = clean.SNIPPETS[i]
        add([("user", f"{clean.CODE_ASKS[i % len(clean.CODE_ASKS)]}\n\n```{language}\n{code}```")], "generic code")
    for i in range(14):                                                                  # 14
        log = clean.LOGS[i % len(clean.LOGS)]
        ask = clean.LOG_ASKS[i % len(clean.LOG_ASKS)]
        if i < 8:
            add([("user", f"{ask}\n\n{log}")], "log")
        else:
            add([("user", ask), ("call", "Bash", {"command": "make test 2>&1 | tail -40"}), ("result", log)], "log")
    named = dict(WRAPS)
    wraps = ["raw", "cat-arrow", "cat-tab", "unified-diff", "grep-n", "markdown-fence", "json-in-json", "crlf", "one-line"]
    for i in range(14):                                                                  # 14
        path, wrap = PUBLIC[i % len(PUBLIC)], wraps[i % len(wraps)]
        lines = lines_of(path)
        payload = named[wrap](lines, path, 1)
        carrier = "result" if wrap in TOOL_OUTPUT else "paste"
        add(conversation(rng.pick(clean.CODE_ASKS), payload, path, carrier, wrap), "public text")
    vendoring = [(path, run) for path in PROPRIETARY for run in VENDORED[path]]
    for i in range(4):                                                                   # 4
        path, (first, last, _, _) = vendoring[i % len(vendoring)]
        wrap = ["cat-tab", "markdown-fence", "grep-context", "cat-arrow"][i]
        payload = named[wrap](lines_of(path)[first:last + 1], path, first + 1)
        carrier = "paste" if wrap == "markdown-fence" else "result"
        add(conversation(rng.pick(clean.CODE_ASKS), payload, path, carrier, wrap), "vendored public passage, read from a proprietary file")
    headed = [path for path in PROPRIETARY if lines_of(path)[0].endswith(HEADER[0])]
    for i in range(8):                                                                   # 8
        path = headed[(i * 5) % len(headed)]
        payload = named[["raw", "cat-tab", "markdown-fence", "cat-arrow"][i % 4]](lines_of(path)[:4], path, 1)
        carrier = "paste" if i % 2 == 0 else "result"
        add(conversation(clean.HEADER_ASKS[i], payload, path, carrier, "raw"), "licence header only")
    importing = [path for path in PROPRIETARY if path.endswith(("store.go", "window.go", "packing.py", "braid_gather.cpp", "backtest.py",
                                                                "Replayer.cs", "main.rs", "lodestar.py"))]
    for i in range(8):                                                                   # 8
        path = importing[i % len(importing)]
        lines = lines_of(path)
        block = [lines[n] for n in sorted(header_and_imports(lines)) if not any(lines[n].endswith(h) for h in HEADER)]
        payload = named[["raw", "cat-tab", "markdown-fence", "unified-diff"][i % 4]](block, path, 6)
        add(conversation(clean.IMPORT_ASKS[i], payload, path, "paste" if i % 2 else "result", "raw"), "import block only")
    for i in range(20):                                                                  # 20
        language, path, code = clean.SNIPPETS[(i + 12) % len(clean.SNIPPETS)]
        wrap = ["cat-tab", "cat-arrow", "grep-n", "unified-diff", "apply-patch", "json-twice", "sed-n", "ansi", "raw", "nl"][i % 10]
        payload = named[wrap](code.removesuffix("\n").split("\n"), path, 1)
        carrier = "call" if wrap in ("apply-patch", "raw") else "result"
        turns = conversation(clean.CODE_ASKS[(i * 5) % len(clean.CODE_ASKS)], payload, path, carrier, wrap)
        if i % 3 == 0:
            turns += [("assistant", "That looks fine to me; one remark about naming only."), ("user", clean.QUESTIONS[(i * 7) % 40])]
        add(turns, "generic code through a tool", REQUESTS[i % 3] if i % 3 == 0 else None)
    return out


# --------------------------------------------------------------------------
# Checks
# --------------------------------------------------------------------------

def strings(value):
    """Every string in a record, and what stands in strings that are JSON themselves."""
    if isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        yield "\n".join(v for v in value if isinstance(v, str))
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value
        for at in [m.start() for m in re.finditer(r"[{\[]", value)][:1]:
            try:
                yield from strings(json.JSONDecoder().raw_decode(value, at)[0])
            except ValueError:
                pass


BACK = {v: k for k, v in CYRILLIC.items()}


def unwrapped(text):
    """Undo what wraps do to single characters; line prefixes stay."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"[\u200b-\u200d\u2060\ufeff]", "", html.unescape(text))
    text = "".join(BACK.get(c, c) for c in unicodedata.normalize("NFKC", text))
    return canon(re.sub(r"\\+[nrt]", " ", text))


PREFIX = re.compile(r"^(?:> ?)*(?:[+-](?![+-]))?\s*(?:[\w./-]+?[:-]\d+[:-]|\d+(?:→|\t|  |:))?")


def without_prefixes(text):
    """Undo what wraps do to lines as well: numbers, paths, diff and quote marks."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", html.unescape(text))
    text = re.sub(r"\\+n", "\n", text)  # a string in a string keeps its ends of line as escapes
    text = re.sub(r"\\+t", "\t", text)
    return "".join(unwrapped(PREFIX.sub("", line)) for line in re.split(r"\r?\n", text))


def grams(text, n=CLEAN_RUN):
    return {text[i:i + n] for i in range(len(text) - n + 1)}


def verify(records):
    secret, allowed = set(), set()
    for path in PROPRIETARY:
        # A run that lies for more than half in a header, imports or public text is none of ours.
        lines, free = lines_of(path), header_and_imports(lines_of(path))
        for first, last, _, _ in VENDORED[path]:
            free.update(range(first, last + 1))
        for form in (canon, unwrapped):
            parts = [(form(line), i not in free) for i, line in enumerate(lines)]
            text = "".join(c for c, _ in parts)
            own = [flag for c, flag in parts for _ in c]
            secret |= {text[i:i + CLEAN_RUN] for i in range(len(text) - CLEAN_RUN + 1) if 2 * sum(own[i:i + CLEAN_RUN]) >= CLEAN_RUN}
    for path in TRAINING:
        text = read(path)
        secret |= grams(canon(text)) | grams(unwrapped(text))
        for s in (s for line in text.split("\n") if line.startswith("{") for s in strings(json.loads(line))):
            secret |= grams(canon(s))
    for path in PUBLIC:
        allowed |= grams(canon(read(path))) | grams(unwrapped(read(path)))
    secret -= allowed
    seen = set()
    for r in records:
        line, record = r["line"], json.loads(r["line"])
        assert record["id"] not in seen
        seen.add(record["id"])
        texts = list(strings(record))
        if "label" not in r:
            for text in [canon(line), unwrapped(line)] + [f(t) for t in texts for f in (canon, unwrapped)]:
                shared = grams(text) & secret
                assert not shared, (record["id"], r["kind"], sorted(shared)[:3])
            continue
        heap = "\n".join(unwrapped(t) for t in texts)
        for path, first, last in r["ranges"]:
            own = canon("".join(lines_of(path)[first - 1:last]))
            assert len(own) >= MIN_CHARACTERS, (record["id"], path, len(own))
            if path in PROPRIETARY:
                assert 5 <= last - first + 1 <= 60, (record["id"], path, first, last)
                assert len(grams(own) & secret) > MIN_CHARACTERS - CLEAN_RUN - 10, (record["id"], "public or header text")
        # Scattered fragments are whole in no string: every string counts, and so do their parts.
        flat = "\n".join([without_prefixes(t) for t in texts] + [heap])
        for path, first, last in r["ranges"]:
            own = grams(unwrapped("\n".join(lines_of(path)[first - 1:last]))) & secret
            found = sum(g in flat for g in own)
            needed = 0.3 if r["wrap"] in ("question-answer", "scattered") else 0.7
            assert found and found >= needed * len(own), (record["id"], r["wrap"], path, found, len(own))
        for piece in r["pieces"]:
            c = unwrapped(piece)
            assert c in heap, (record["id"], r["wrap"], piece)
    assert len(records) == CLEAN + LEAKING and sum("label" in r for r in records) == LEAKING


# --------------------------------------------------------------------------
# The manifest
# --------------------------------------------------------------------------

WHAT = {
    "README.md": "What this folder is, how to make it again, its licence",
    "tools/make_prompt_log.py": "Makes and checks the prompt log, the expected findings and this manifest",
    "tools/clean_material.py": "Questions, generic code and logs for the clean records",
    "prompt-log/log.jsonl": "200 records in the shapes of AI coding tools, 80 of them leaking",
    "prompt-log/expected.jsonl": "One line a leaking record: label, source, lines, wrap",
    "training-data/support-transcripts.txt": "Support transcripts of the invented company, prose",
    "training-data/instructions.jsonl": "60 instruction and response pairs",
    "training-data/glossary.md": "House glossary",
    "public/README-generic.md": "README of a generic cache library",
    "public/LICENSE-permissive.txt": "A permissive licence text of our own wording",
    "public/gitignore.example": "A .gitignore as many projects have it",
    "public/tutorial-web-server.md": "A first web server in Go, tutorial",
    "public/snippets/cli_skeleton.py": "Command-line skeleton, Python",
    "public/snippets/debounce.ts": "Debounce, clamp and groupBy, TypeScript",
    "public/snippets/fetch_retry.ts": "Fetch with retries, TypeScript",
    "public/snippets/graceful_shutdown.go": "Graceful shutdown of an HTTP server, Go",
    "public/snippets/lru_cache.py": "Least-recently-used cache, Python",
    "public/snippets/retry.go": "Retry with jitter, Go",
    "proprietary/deploy/lanestore.yaml": "Deployment and alerts of the feature store",
    "proprietary/heron/DATA_CARD.md": "Data card of the training set",
    "proprietary/heron/data/mixture.py": "Mixture sampler with arrears",
    "proprietary/heron/data/packing.py": "Packs documents into training rows",
    "proprietary/heron/eval/backtest.py": "Backtest of lane forecasts",
    "proprietary/heron/model/braided_attention.py": "Attention of near and prime-lagged far strands",
    "proprietary/heron/model/config.py": "Shapes and constants of the model family",
    "proprietary/heron/model/heron_block.py": "Block with the load-balanced expert router",
    "proprietary/heron/optim/lodestar.py": "Optimiser: sign momentum with a compass for each row",
    "proprietary/heron/recipes/heron-3b.yaml": "Training recipe",
    "proprietary/heron/train/schedule.py": "Rate, batch and context schedules",
    "proprietary/heron/train/trainer.py": "Trainer with spike rewind",
    "proprietary/kernels/braid_gather.cpp": "CPU gather for the far strands",
    "proprietary/kernels/route_topk.cu": "Routing kernel",
    "proprietary/kernels/route_topk.h": "Interface of the routing kernel",
    "proprietary/services/lanestore/server.go": "Feature store, HTTP service",
    "proprietary/services/lanestore/store.go": "Feature store, striped memory",
    "proprietary/services/lanestore/window.go": "Feature store, ladder of half-lives",
    "proprietary/services/pricing/engine.go": "Pricing engine",
    "proprietary/services/pricing/surge.go": "Pricing engine, season and hour",
    "proprietary/sql/feature_rollup.sql": "Nightly roll-up of trips into features",
    "proprietary/sql/margin_audit.sql": "Audit of sales below the floor",
    "proprietary/tools/manifest-pack/src/delta.rs": "Column coder of the shipment packer",
    "proprietary/tools/manifest-pack/src/main.rs": "Shipment packer, command line",
    "proprietary/tools/quote-replay/Replayer.cs": "Replays quotes against a candidate build",
    "proprietary/web/console/src/LaneHeatmap.tsx": "Heat map of corridors",
    "proprietary/web/console/src/laneClient.ts": "Client of the feature store",
    "proprietary/web/console/src/quoteReducer.ts": "State of a negotiation",
}


def manifest(made):
    entries = []
    for path in sorted(WHAT):
        data = made[path] if path in made else (ROOT / path).read_bytes()
        entry = {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "license": "Apache-2.0", "what": WHAT[path]}
        if path in PROPRIETARY:
            entry["proprietaryHeader"] = lines_of(path)[0].endswith(HEADER[0])
            if VENDORED[path]:
                entry["publicPassages"] = [
                    {"startLine": first + 1, "endLine": last + 1, "public": public, "publicStartLine": at + 1, "publicEndLine": at + 1 + last - first}
                    for first, last, public, at in VENDORED[path]]
        entries.append(entry)
    there = {str(p.relative_to(ROOT)).replace("\\", "/") for p in ROOT.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    there = {p for p in there if not p.startswith("quality/")}  # made of these and of sources by another program
    missing = (there | set(made)) - set(WHAT) - {"manifest.json"}
    assert not missing, f"not described: {sorted(missing)}"
    text = json.dumps({"license": "Apache-2.0", "note": "Everything here is invented. The proprietary header belongs to the fiction.",
                       "files": entries}, indent=1, ensure_ascii=False)
    return (text + "\n").encode()


def main():
    records = rng.shuffled(leaking() + cleans())
    expected = []
    for n, r in enumerate(records, 1):
        record = {"id": f"r{n:03d}", **r["record"]}
        # Some clients escape everything beyond ASCII, others nothing.
        r["line"] = json.dumps(record, ensure_ascii=rng.chance(40), separators=(",", ":"))
        if "label" in r:
            path, first, last = r["ranges"][0]
            entry = {"id": record["id"], "label": r["label"], "sources": [x[0] for x in r["ranges"]],
                     "startLine": first, "endLine": last, "wrap": r["wrap"], "note": r["note"]}
            if len(r["ranges"]) > 1:
                entry["ranges"] = [{"source": p, "startLine": a, "endLine": b} for p, a, b in r["ranges"]]
            expected.append(json.dumps(entry))
    verify(records)
    made = {
        "prompt-log/log.jsonl": "".join(r["line"] + "\n" for r in records).encode(),
        "prompt-log/expected.jsonl": "".join(e + "\n" for e in expected).encode(),
    }
    made["manifest.json"] = manifest(made)
    stale = [path for path, data in made.items() if not (ROOT / path).exists() or (ROOT / path).read_bytes() != data]
    if "--check" in sys.argv[1:]:
        print("\n".join(f"stale: {path}" for path in stale) or "up to date")
        return 1 if stale else 0
    for path in stale:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_bytes(made[path])
    print(f"{len(records)} records, {len(expected)} leaking; wrote {', '.join(stale) or 'nothing, all was up to date'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
