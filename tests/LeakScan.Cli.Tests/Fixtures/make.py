#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the logs in home/, requests/ and databases/, and beside them what a scan must find: *.expected.jsonl.

The shapes are those of the tools' logs; every word in them is invented. What leaks is cut from
corpora/proprietary. Nothing random: a second run writes the same bytes. Needs zstd on the path.
"""

import itertools
import json
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECRETS = HERE.parents[2] / "corpora" / "proprietary"
LENGTH = 16  # lines of a leaked fragment: enough to be blocked

PROJECT = "/home/mara/heron"
SLUG = "-home-mara-heron"


def fragments():
    """(path, first line, last line, text), all of them before one comes again; licence headers and imports are left out."""
    files = sorted(p for p in SECRETS.rglob("*") if p.suffix in (".py", ".go", ".cu", ".cpp", ".cs", ".ts", ".tsx", ".rs"))
    for start in (34, 52, 70, 88, 106):
        for path in files:
            lines = path.read_text().split("\n")
            if start + LENGTH > len(lines):
                continue
            yield path.relative_to(SECRETS).as_posix(), start, start + LENGTH - 1, "\n".join(lines[start - 1:start + LENGTH - 1])


class Leak:
    """A fragment and what is to be said of it."""

    pool = itertools.cycle(fragments())

    def __init__(self):
        self.source, self.first, self.last, self.text = next(Leak.pool)

    def arrows(self):
        return "\n".join(f"{i:6}→{line}" for i, line in enumerate(self.text.split("\n"), self.first))

    def tabs(self):
        return "\n".join(f"{i}\t{line}" for i, line in enumerate(self.text.split("\n"), self.first))

    def added(self):
        return "\n".join("+" + line for line in self.text.split("\n"))


EXPECTED = []


def expect(name, line, leak, field, sent=True, session=None, turn=None, project=None, role=None, tool=None, first=1, last=None, count=1, format=None):
    EXPECTED.append(dict(input=name, line=line, sent=sent, format=format, session=session, turn=turn, project=project, source=leak.source,
                         sourceFirst=leak.first, sourceLast=leak.last, field=field, role=role, tool=tool, first=first,
                         last=first + LENGTH - 1 if last is None else last, count=count))


class Log:
    def __init__(self, name):
        self.name, self.lines = name, []

    def add(self, record):
        self.lines.append(record if isinstance(record, str) else json.dumps(record, ensure_ascii=False, separators=(",", ":")))
        return len(self.lines)

    def write(self, end="\n"):
        path = HERE / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(self.lines) + end, newline="\n")


def uuid(kind, n):
    return f"{kind:08x}-0000-4000-8000-{n:012x}"


class Claude(Log):
    def __init__(self, session, version, name=None, agent=None):
        super().__init__(name or f"home/.claude/projects/{SLUG}/{session}.jsonl")
        self.session, self.version, self.agent, self.count = session, version, agent, 0
        self.prompt = None

    def record(self, type, **more):
        self.count += 1
        record = dict(parentUuid=uuid(1, self.count - 1) if self.count > 1 else None, isSidechain=self.agent is not None)
        if self.agent:
            record["agentId"] = self.agent
        if self.prompt and type == "user":
            record["promptId"] = self.prompt
        record.update(type=type, **more)
        record.update(uuid=uuid(1, self.count), timestamp=f"2026-11-02T09:00:{self.count:02}.000Z", userType="external", cwd=PROJECT, sessionId=self.session,
                      version=self.version, gitBranch="main")
        if record["version"] == "1.0.30":
            del record["gitBranch"]
        return self.add(record)

    def turn(self):
        return self.prompt or uuid(1, self.count)

    def say(self, text):
        return self.record("user", message=dict(role="user", content=text))

    def call(self, id, name, **input):
        return self.record("assistant", message=dict(id="msg_" + id, type="message", role="assistant", model="claude-opus-5-5",
                                                     content=[dict(type="tool_use", id=id, name=name, input=input)], stop_reason="tool_use", usage=dict(input_tokens=10)), requestId="req_" + id)

    def answer(self, id, content, result, is_error=False):
        block = dict(tool_use_id=id, type="tool_result", content=content)
        if is_error:
            block["is_error"] = True
        return self.record("user", message=dict(role="user", content=[block]), toolUseResult=result)

    def expect(self, line, leak, field, **more):
        more.setdefault("turn", self.turn())
        more.setdefault("project", PROJECT)
        expect(self.name, line, leak, field, session=self.session, format="claude-code", **more)


def claude_1():
    log = Claude("10000000-aaaa-4000-8000-000000000001", "1.0.30")
    log.add(dict(type="summary", summary="Optimiser review", leafUuid=uuid(1, 3)))
    mention = Leak()
    text = "Explain @optim.py please\n\nResult of calling the Read tool: " + json.dumps(mention.arrows(), ensure_ascii=False)
    log.expect(log.say(text), mention, "message.content", role="user", first=3, last=3)
    log.call("toolu_1a", "Read", file_path=PROJECT + "/a.py")
    read = Leak()
    n = log.answer("toolu_1a", read.arrows(), dict(type="text", file=dict(filePath=PROJECT + "/a.py", content=read.text, numLines=LENGTH, startLine=read.first, totalLines=120)))
    log.expect(n, read, "message.content[0].content", role="user", tool="Read")
    log.expect(n, read, "toolUseResult.file.content", sent=False, tool="Read")
    log.write()


def claude_2_0():
    log = Claude("20000000-aaaa-4000-8000-000000000001", "2.0.30")
    queued = Leak()
    n = log.add(dict(type="queue-operation", operation="enqueue", timestamp="2026-11-02T09:00:00.000Z", content="look\n" + queued.text, sessionId=log.session))
    log.expect(n, queued, "content", sent=False, turn=None, project=SLUG, first=2, last=LENGTH + 1)
    log.add(dict(type="queue-operation", operation="dequeue", timestamp="2026-11-02T09:00:00.100Z", sessionId=log.session))
    log.add(dict(type="file-history-snapshot", messageId=uuid(1, 1), snapshot=dict(messageId=uuid(1, 1), trackedFileBackups={}, timestamp="2026-11-02T09:00:00.000Z"), isSnapshotUpdate=False))
    log.expect(log.say("look\n" + queued.text), queued, "message.content", role="user", first=2, last=LENGTH + 1)
    log.call("toolu_2a", "Edit", file_path=PROJECT + "/b.py", old_string="x = 1", new_string="x = 2")
    edit, original = Leak(), Leak()
    n = log.answer("toolu_2a", "The file has been updated. Here's the result of running `cat -n` on a snippet of the edited file:\n" + edit.arrows(),
                   dict(filePath=PROJECT + "/b.py", oldString="x = 1", newString="x = 2", originalFile=original.text, structuredPatch=[]))
    log.expect(n, edit, "message.content[0].content", role="user", tool="Edit", first=2, last=LENGTH + 1)
    log.expect(n, original, "toolUseResult.originalFile", sent=False, tool="Edit")
    written = Leak()
    n = log.call("toolu_2b", "Write", file_path=PROJECT + "/c.py", content=written.text)
    log.expect(n, written, "message.content[0].input.content", role="assistant", tool="Write")
    # A subagent, told as the progress of the tool that started it.
    side, kept = Leak(), Leak()
    n = log.record("progress", data=dict(message=dict(type="user", message=dict(role="user", content=[dict(tool_use_id="toolu_2s", type="tool_result", content=side.arrows())]),
                                                      uuid=uuid(2, 1), toolUseResult=dict(file=dict(content=kept.text))),
                                         type="agent_progress", prompt="Look at the packing", agentId="a1"), toolUseID="agent_msg_1", parentToolUseID="toolu_2t")
    log.expect(n, side, "data.message.message.content[0].content", role="user")
    log.expect(n, kept, "data.message.toolUseResult.file.content", sent=False, role="user")
    shell = Leak()
    n = log.record("progress", data=dict(type="bash_progress", output=shell.text[-200:], fullOutput=shell.text, elapsedTimeSeconds=3, totalLines=LENGTH), toolUseID="bash-progress-1", parentToolUseID="toolu_2c")
    log.expect(n, shell, "data.fullOutput", sent=False)
    n = log.record("progress", data=dict(type="hook_progress", hookEvent="PostToolUse", hookName="PostToolUse:Edit", command="callback"), toolUseID="toolu_2a", parentToolUseID="toolu_2a")
    # Compaction: the summary is the first message of what follows.
    summary = Leak()
    log.record("system", subtype="compact_boundary", content="Conversation compacted", level="info", compactMetadata=dict(trigger="auto", preTokens=155000))
    n = log.record("user", message=dict(role="user", content="This session is being continued. The code so far:\n" + summary.text), isVisibleInTranscriptOnly=True, isCompactSummary=True)
    log.expect(n, summary, "message.content", role="user", first=2, last=LENGTH + 1)
    log.write()

    agent = Claude(log.session, "2.0.30", f"home/.claude/projects/{SLUG}/agent-28fb4f61.jsonl", "28fb4f61")
    warm = Leak()
    agent.expect(agent.say("Summarise:\n" + warm.text), warm, "message.content", role="user", first=2, last=LENGTH + 1)
    agent.write()


def claude_2_1_197():
    log = Claude("21970000-aaaa-4000-8000-000000000001", "2.1.197")
    log.prompt = uuid(9, 1)
    log.say("Explain @src/d.py please")
    mention = Leak()
    n = log.record("attachment", attachment=dict(type="file", filename=PROJECT + "/src/d.py", content=dict(type="text", file=dict(filePath=PROJECT + "/src/d.py", content=mention.text, numLines=LENGTH, startLine=1, totalLines=LENGTH)), displayPath="src/d.py"))
    log.expect(n, mention, "attachment.content.file.content", turn=uuid(1, log.count))
    last = Leak()
    n = log.add(dict(type="last-prompt", lastPrompt=last.text, leafUuid=uuid(1, 2), sessionId=log.session))
    log.expect(n, last, "lastPrompt", sent=False, turn=None)
    # A prompt that a hook blocked: it is here twice and was never sent.
    blocked = Leak()
    n = log.add(dict(type="queue-operation", operation="enqueue", timestamp="2026-11-02T09:00:00.000Z", sessionId=log.session, content=blocked.text))
    log.expect(n, blocked, "content", sent=False, turn=None)
    n = log.record("system", subtype="informational", content="UserPromptSubmit operation blocked by hook:\n[leakscan]: no\n\n\nOriginal prompt: " + blocked.text, isMeta=False, level="warning", preventContinuation=True)
    log.expect(n, blocked, "content", sent=False, turn=uuid(1, log.count), role="system", first=5, last=LENGTH + 4)
    log.call("toolu_3a", "Grep", pattern="def", output_mode="content")
    grep = Leak()
    lines = "\n".join(f"src/e.py:{i}:{line}" for i, line in enumerate(grep.text.split("\n"), grep.first))
    n = log.answer("toolu_3a", lines, dict(mode="content", filenames=[], content=lines, numLines=LENGTH))
    log.expect(n, grep, "message.content[0].content", role="user", tool="Grep")
    log.expect(n, grep, "toolUseResult.content", sent=False, tool="Grep")
    # A type that nobody knows: it may have been sent, and is not passed over.
    unknown = Leak()
    n = log.record("thought-cache", blocks=[dict(kind="x", value=unknown.text)])
    log.expect(n, unknown, "blocks[0].value", turn=uuid(1, log.count))
    # A line that was damaged, in the middle of the file.
    broken = Leak()
    n = log.add('{"type":"user","message":{"role":"user","content":' + json.dumps(broken.text) + ',"sessionId":"219')
    expect(log.name, n, broken, None, sent=None, first=1, last=1)
    log.say("and go on")
    # The session runs: its last line is not written to the end.
    partial = Leak()
    n = log.add('{"type":"user","message":{"role":"user","content":' + json.dumps(partial.text)[:-20])
    expect(log.name, n, partial, None, sent=None, first=1, last=1)
    log.write(end="")


def claude_2_1_330():
    session = "23300000-aaaa-4000-8000-000000000001"
    log = Claude(session, "2.1.330")
    log.prompt = uuid(9, 2)
    log.add(dict(type="tools-used", tools=["Read"], sessionId=session))
    log.say("Explain @src/f.py please")
    mention = Leak()
    rendered = "<system-reminder>\nResult of calling the Read tool:\n" + mention.tabs() + "\n</system-reminder>"
    n = log.record("attachment", attachment=dict(type="file", filename=PROJECT + "/src/f.py", content=dict(type="text", file=dict(filePath=PROJECT + "/src/f.py", content=mention.text)), displayPath="src/f.py"),
                   rendered=[dict(content="<system-reminder>\nCalled the Read tool\n</system-reminder>"), dict(content=rendered)], renderedRole="user")
    turn = uuid(1, log.count)
    log.expect(n, mention, "rendered[1].content", turn=turn, role="user", first=3, last=LENGTH + 2, count=2)
    log.expect(n, mention, "attachment.content.file.content", sent=False, turn=turn, count=2)
    notes = Leak()
    n = log.record("attachment", attachment=dict(type="instructions", files=[dict(path=PROJECT + "/CLAUDE.md", type="Project", content="short")]),
                   rendered=[dict(content="Contents of CLAUDE.md:\n\n" + notes.text)], renderedRole="user")
    log.expect(n, notes, "rendered[0].content", turn=uuid(1, log.count), role="user", first=3, last=LENGTH + 2)
    for kind in ("environment", "model", "session_context", "date", "skill_listing", "agent_listing_delta", "deferred_tools_delta", "remote_session_change"):
        log.record("attachment", attachment=dict(type=kind, text="nothing of note"), rendered=[dict(content="<system-reminder>\nnothing of note\n</system-reminder>")], renderedRole="system")
    snapshot = Leak()
    n = log.record("attachment", attachment=dict(type="prompt_snapshot", systemPrompt=["You are an agent.", "House style:\n" + snapshot.text], contextRendering="announced"))
    log.expect(n, snapshot, "attachment.systemPrompt[1]", turn=uuid(1, log.count), first=2, last=LENGTH + 1)
    log.add(dict(type="atis-latch", atis="", sessionId=session))
    log.add(dict(type="api-request-shape", sessionId=session, shapeHash="ab" * 32, shape=dict(system=[dict(type="text", text="You are an agent.")], tools=[dict(name="Read", description="reads", input_schema={})])))
    log.add(dict(type="api-request-blob", sessionId=session, hash="cd" * 32, message=dict(role="user", content=[dict(type="text", text=rendered)])))
    blob = Leak()
    n = log.add(dict(type="api-request-blob", sessionId=session, hash="ce" * 32, message=dict(role="system", content=[dict(type="text", text=blob.text)])))
    log.expect(n, blob, "message.content[0].text", turn=None, role="system")
    log.add(dict(type="api-request", sessionId=session, id=uuid(3, 1), querySource="sdk", shapeHash="ab" * 32, params=dict(model="claude-opus-5-5", betas=["claude-code-20250219"]), keep=0, tail=["cd" * 32]))
    log.call("toolu_4a", "Bash", command="cat src/g.py")
    shown, whole = Leak(), Leak()
    preview = "<persisted-output>\nOutput too large (31KB). Full output saved to: tool-results/b1.txt\n\nPreview (first 2KB):\n" + shown.text + "\n...\n</persisted-output>"
    n = log.answer("toolu_4a", preview, dict(stdout=shown.text + "\n" + whole.text, stderr="", interrupted=False, isImage=False, persistedOutputPath="tool-results/b1.txt", persistedOutputSize=31000))
    log.expect(n, shown, "message.content[0].content", role="user", tool="Bash", first=5, last=LENGTH + 4)
    log.expect(n, shown, "toolUseResult.stdout", sent=False, tool="Bash")
    log.expect(n, whole, "toolUseResult.stdout", sent=False, tool="Bash", first=LENGTH + 1, last=2 * LENGTH)
    log.call("toolu_4b", "Bash", command="make test")
    failed = Leak()
    n = log.answer("toolu_4b", "Exit code 3\n" + failed.text, "Error: Exit code 3\n" + failed.text, is_error=True)
    log.expect(n, failed, "message.content[0].content", role="user", tool="Bash", first=2, last=LENGTH + 1)
    log.expect(n, failed, "toolUseResult", sent=False, tool="Bash", first=2, last=LENGTH + 1)
    log.call("toolu_4c", "Read", file_path=PROJECT + "/nb.ipynb")
    cell = Leak()
    n = log.answer("toolu_4c", [dict(type="text", text='<cell id="a1">' + cell.text + '</cell id="a1">')],
                   dict(type="notebook", file=dict(filePath=PROJECT + "/nb.ipynb", cells=[dict(cellType="code", source=cell.text, outputs=[dict(output_type="stream", text="done\n")])])))
    log.expect(n, cell, "message.content[0].content[0].text", role="user", tool="Read")
    log.expect(n, cell, "toolUseResult.file.cells[0].source", sent=False, tool="Read")
    log.record("system", subtype="stop_hook_summary", hookCount=1, hookInfos=[dict(command="leakscan")], hookErrors=[], preventedContinuation=False, toolUseID=uuid(4, 1))
    log.add(dict(type="cost-state", sessionId=session, totalCostUSD=0.01))
    log.write()

    agent = Claude(session, "2.1.330", f"home/.claude/projects/{SLUG}/{session}/subagents/agent-a1.jsonl", "a1")
    side = Leak()
    agent.say("Find the packing code")
    agent.call("toolu_5a", "Read", file_path=PROJECT + "/h.py")
    n = agent.answer("toolu_5a", side.tabs(), None)
    agent.expect(n, side, "message.content[0].content", role="user", tool="Read")
    agent.write()
    meta = HERE / f"home/.claude/projects/{SLUG}/{session}/subagents/agent-a1.meta.json"
    meta.write_text(json.dumps(dict(agentType="Explore", description="Find the packing code"), indent=1) + "\n")

    full = Leak()
    name = f"home/.claude/projects/{SLUG}/{session}/tool-results/b1.txt"
    (HERE / name).parent.mkdir(parents=True, exist_ok=True)
    (HERE / name).write_text("header\n" + full.text + "\n")
    expect(name, 1, full, None, sent=False, session=session, project=SLUG, format="claude-code", first=2, last=LENGTH + 1)

    history = Log("home/.claude/history.jsonl")
    typed = Leak()
    n = history.add(dict(display="what is this?\n" + typed.text, pastedContents={}, timestamp=1762000000000, project=PROJECT))
    expect(history.name, n, typed, "display", sent=False, format="claude-code", project=PROJECT, first=2, last=LENGTH + 1)
    history.write()


class Codex(Log):
    def __init__(self, name, session, generation):
        super().__init__(name)
        self.session, self.generation, self.turn, self.ordinal = session, generation, None, -1

    def put(self, type, payload, turn=True):
        self.ordinal += 1
        record = dict(timestamp=f"2026-11-03T10:00:{self.ordinal:02}.000Z")
        if self.generation == 3:
            record["ordinal"] = self.ordinal
            if type == "response_item" and turn:
                payload = dict(payload, internal_chat_message_metadata_passthrough=dict(turn_id=self.turn))
        record.update(type=type, payload=payload)
        return self.add(record)

    def expect(self, line, leak, field, **more):
        more.setdefault("turn", self.turn)
        more.setdefault("project", PROJECT)
        expect(self.name, line, leak, field, session=self.session, format="codex", **more)


def text(role, text):
    return dict(type="message", role=role, content=[dict(type="output_text" if role == "assistant" else "input_text", text=text)])


def codex_1():
    session = "c0000001-0000-4000-8000-000000000001"
    log = Codex(f"home/.codex/sessions/2025/06/10/rollout-2025-06-10-{session}.jsonl", session, 1)
    house = Leak()
    n = log.add(dict(id=session, timestamp="2025-06-10T08:00:00.000Z", instructions="House rules\n" + house.text, git=dict(branch="main")))
    log.expect(n, house, "instructions", project=None, first=2, last=LENGTH + 1)
    log.add(dict(record_type="state"))
    prompt, out = Leak(), Leak()
    log.expect(log.add(text("user", prompt.text)), prompt, "content[0].text", project=None, role="user")
    log.add(dict(type="function_call", id="fc_1", name="shell", arguments=json.dumps(dict(command=["bash", "-lc", "cat x.py"])), call_id="call_1a"))
    n = log.add(dict(type="function_call_output", call_id="call_1a", output=json.dumps(dict(output=out.text, metadata=dict(exit_code=0, duration_seconds=0.1)))))
    log.expect(n, out, "output::output", project=None, role="tool", tool="shell")
    log.add(dict(record_type="state", lastResponse="nothing"))
    log.add(dict(type="reasoning", id="rs_1", summary=[], encrypted_content="gAAAA"))
    log.write()


def codex_2():
    session = "c0000002-0000-4000-8000-000000000002"
    log = Codex(f"home/.codex/archived_sessions/rollout-2026-01-10T08-00-00-{session}.jsonl", session, 2)
    log.turn = None
    log.put("session_meta", dict(id=session, timestamp="2026-01-10T08:00:00.000Z", cwd=PROJECT, originator="codex_exec", cli_version="0.104.0", source="exec", model_provider="x", base_instructions=dict(text="You are an agent."), git={}))
    notes = Leak()
    n = log.put("response_item", text("user", f"# AGENTS.md instructions for {PROJECT}\n\n<INSTRUCTIONS>\n" + notes.text + "\n</INSTRUCTIONS>"))
    log.expect(n, notes, "payload.content[0].text", role="user", first=4, last=LENGTH + 3)
    log.turn = "t0000002-1"
    copied = Leak()
    log.put("event_msg", dict(type="task_started", turn_id=log.turn, model_context_window=258400))
    n = log.put("turn_context", dict(turn_id=log.turn, cwd=PROJECT, approval_policy="never", model="gpt-5-codex", user_instructions=copied.text))
    log.expect(n, copied, "payload.user_instructions", sent=False)
    prompt = Leak()
    log.expect(log.put("response_item", text("user", prompt.text)), prompt, "payload.content[0].text", role="user")
    n = log.put("event_msg", dict(type="user_message", message=prompt.text, images=[], local_images=[], text_elements=[]))
    log.expect(n, prompt, "payload.message", sent=False, role="user")
    log.put("response_item", dict(type="function_call", name="shell", arguments=json.dumps(dict(command=["bash", "-lc", "cat y.go"], workdir=PROJECT)), call_id="call_2a"))
    out = Leak()
    n = log.put("response_item", dict(type="function_call_output", call_id="call_2a", output=json.dumps(dict(output="header\n" + out.text, metadata=dict(exit_code=0)))))
    log.expect(n, out, "payload.output::output", role="tool", tool="shell", first=2, last=LENGTH + 1)
    patch = Leak()
    n = log.put("response_item", dict(type="custom_tool_call", status="completed", call_id="call_2b", name="apply_patch", input="*** Begin Patch\n*** Add File: z.py\n" + patch.added() + "\n*** End Patch\n"))
    log.expect(n, patch, "payload.input", role="assistant", tool="apply_patch", first=3, last=LENGTH + 2)
    log.put("response_item", dict(type="custom_tool_call_output", call_id="call_2b", output="Success."))
    # After compaction the kept history is what is sent.
    kept = Leak()
    n = log.put("compacted", dict(message="Summary of the session", replacement_history=[text("user", kept.text)]))
    log.expect(n, kept, "payload.replacement_history[0].content[0].text", role="user")
    # A fork begins with the history of the session it comes from: the same text again.
    log.put("response_item", text("user", prompt.text))
    EXPECTED[[e["source"] == prompt.source and e["input"] == log.name and e["sent"] and e["sourceFirst"] == prompt.first for e in EXPECTED].index(True)]["count"] = 2
    log.write()
    # The same once more as cold storage keeps it.
    cold = log.name.replace(session, "c0000022-0000-4000-8000-000000000002") + ".zst"
    subprocess.run(["zstd", "-q", "-f", "-19", str(HERE / log.name), "-o", str(HERE / cold)], check=True)
    for e in [e for e in EXPECTED if e["input"] == log.name]:
        EXPECTED.append(dict(e, input=cold))


def codex_3():
    session = "c0000003-0000-4000-8000-000000000003"
    log = Codex(f"home/.codex/sessions/2026/11/03/rollout-2026-11-03T10-00-00-{session}.jsonl", session, 3)
    log.turn = "t0000003-1"
    log.put("session_meta", dict(account_scoped=True, session_id=session, id=session, timestamp="2026-11-03T10:00:00.000Z", cwd=PROJECT, originator="codex_exec", cli_version="0.169.0", source="exec", base_instructions=dict(text="You are an agent.")))
    state = Leak()
    n = log.put("world_state", dict(full=True, state=dict(agents_md=dict(text=state.text))))
    log.expect(n, state, "payload.state.agents_md.text", sent=False, turn=None)
    log.put("turn_context", dict(turn_id=log.turn, cwd=PROJECT, model="gpt-6-sol"))
    log.put("response_item", dict(type="additional_tools", role="developer", tools=[dict(type="custom", name="exec", description="runs", format={})]), turn=False)
    log.put("response_item", text("user", "Show the kernel"))
    log.put("response_item", dict(type="custom_tool_call", status="completed", call_id="call_3a", name="exec", input='const r = await tools.exec_command({cmd:"cat k.cu"}); text(r);'))
    shown, cut = Leak(), Leak()
    n = log.put("event_msg", dict(type="item_completed", thread_id=session, turn_id=log.turn,
                                  item=dict(type="CommandExecution", id="exec-1", command=["/bin/bash", "-lc", "cat k.cu"], cwd="file://" + PROJECT, aggregated_output=shown.text + "\n" + cut.text, exit_code=0)))
    log.expect(n, shown, "payload.item.aggregated_output", sent=False)
    log.expect(n, cut, "payload.item.aggregated_output", sent=False, first=LENGTH + 1, last=2 * LENGTH)
    n = log.put("response_item", dict(type="custom_tool_call_output", id="ctco_1", call_id="call_3a",
                                      output=[dict(type="input_text", text="Script completed\nWall time 1.6 seconds\nOutput:\n"),
                                              dict(type="input_text", text=json.dumps(dict(chunk_id="a1", exit_code=0, output=shown.text + "\n…93861 chars truncated…\n")))]))
    log.expect(n, shown, "payload.output[1].text::output", role="tool", tool="exec")
    log.put("response_item", dict(type="function_call", name="exec_command", namespace="functions", arguments=json.dumps(dict(cmd="sed -n 1,20p w.py")), call_id="call_3b"))
    plain = Leak()
    n = log.put("response_item", dict(type="function_call_output", call_id="call_3b", output="Chunk ID: 8d61d8\nWall time: 0.0000 seconds\nProcess exited with code 0\nOriginal token count: 156\nOutput:\n" + plain.text))
    log.expect(n, plain, "payload.output", role="tool", tool="exec_command", first=6, last=LENGTH + 5)
    log.put("token_usage_record", dict(thread_id=session, turn_id=log.turn, usage=dict(input_tokens=10)))
    log.put("event_msg", dict(type="task_complete", turn_id=log.turn, last_agent_message="Done."))
    # Since when?
    unknown = Leak()
    n = log.put("side_channel", dict(note=unknown.text))
    log.expect(n, unknown, "payload.note")
    log.write()

    history = Log("home/.codex/history.jsonl")
    typed = Leak()
    n = history.add(dict(session_id=session, ts=1762164000, text=typed.text))
    expect(history.name, n, typed, "text", sent=False, session=session, format="codex")
    history.write()


def cursor_transcript():
    log = Log("home/.cursor/projects/home-mara-heron/agent-transcripts/d0000001-0000-4000-8000-000000000001/d0000001-0000-4000-8000-000000000001.jsonl")
    asked = Leak()
    n = log.add(dict(role="user", message=dict(content=[dict(type="text", text="<timestamp>now</timestamp>\n<user_query>\n" + asked.text + "\n</user_query>")])))
    expect(log.name, n, asked, "message.content[0].text", format="cursor", session="d0000001-0000-4000-8000-000000000001", project="home-mara-heron", role="user", first=3, last=LENGTH + 2)
    written = Leak()
    n = log.add(dict(role="assistant", message=dict(content=[dict(type="text", text="[REDACTED]"), dict(type="tool_use", name="Write", input=dict(path="a.py", contents=written.text))])))
    expect(log.name, n, written, "message.content[1].input.contents", format="cursor", session="d0000001-0000-4000-8000-000000000001", project="home-mara-heron", role="assistant", tool="Write")
    log.add(dict(type="turn_ended", status="success"))
    log.write()


def windsurf():
    log = Log("home/.windsurf/transcripts/w0000001.jsonl")
    asked, done, step = Leak(), Leak(), Leak()
    n = log.add(dict(status="done", type="user_input", user_input=dict(rules_applied=dict(always_on=["rule.md"]), user_response="look:\n" + asked.text)))
    expect(log.name, n, asked, "user_input.user_response", format="windsurf", session="w0000001", role="user", first=2, last=LENGTH + 1)
    log.add(dict(planner_response=dict(response="I will write it"), status="done", type="planner_response"))
    n = log.add(dict(code_action=dict(new_content=done.text, path=PROJECT + "/a.py"), status="done", type="code_action"))
    expect(log.name, n, done, "code_action.new_content", format="windsurf", session="w0000001", role="assistant")
    # A step of a kind that nobody has described.
    n = log.add(dict(view_file=dict(absolute_path=PROJECT + "/b.py", lines=[dict(text=step.text)]), status="done", type="view_file"))
    expect(log.name, n, step, "view_file.lines[0].text", format="windsurf", session="w0000001")
    log.write()
    cascade = HERE / "home/.codeium/windsurf/cascade"
    cascade.mkdir(parents=True)
    for i in range(2):
        (cascade / f"{uuid(7, i)}.pb").write_bytes(bytes((i * 89 + j * 151) % 256 for j in range(300)))


def quoted(value):
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    return "'" + value.replace("'", "''") + "'"


class Database:
    """Statements that a test makes a database of: such a file differs from version to version of SQLite."""

    def __init__(self, name):
        self.name, self.statements, self.rows = name, [], {}

    def create(self, table, columns):
        self.statements.append(f"CREATE TABLE {table} ({columns});")

    def add(self, table, *values):
        self.statements.append(f"INSERT INTO {table} VALUES ({', '.join(quoted(v) for v in values)});")
        self.rows[table] = self.rows.get(table, 0) + 1
        return self.rows[table]

    def add_value(self, table, key, value):
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self.statements.append(f"INSERT INTO {table} VALUES ({quoted(key)}, CAST({quoted(text)} AS BLOB));")
        self.rows[table] = self.rows.get(table, 0) + 1

    def write(self):
        path = HERE / (self.name + ".sql")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(self.statements) + "\n", newline="\n")

    def expect(self, id, leak, field, **more):
        expect(self.name, self.rows.get(id.split("/")[0]), leak, field, **more)
        EXPECTED[-1]["id"] = id


def databases():
    base = Database("databases/Cursor/User/globalStorage/state.vscdb")
    base.create("ItemTable", "key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB")
    base.create("cursorDiskKV", "key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB")
    talk, old = "e0000001-0000-4000-8000-000000000001", "e0000002-0000-4000-8000-000000000002"
    asked = Leak()
    key = f"bubbleId:{talk}:b1"
    lexical = json.dumps(dict(root=dict(children=[dict(text=asked.text)])))
    base.add_value("cursorDiskKV", key, dict(_v=3, type=1, bubbleId="b1", text="look:\n" + asked.text, richText=lexical, createdAt="2026-11-01T00:00:00Z", attachedCodeChunks=[], codeBlocks=[], tokenCount=dict(inputTokens=1)))
    base.expect("cursorDiskKV/" + key, asked, "text", format="cursor", session=talk, turn="b1", role="user", first=2, last=LENGTH + 1)
    base.expect("cursorDiskKV/" + key, asked, "richText::root.children[0].text", sent=False, format="cursor", session=talk, turn="b1", role="user")
    for i, (tool, result) in enumerate((("read_file", "contents"), ("run_terminal_command_v2", "output"))):
        leak = Leak()
        key = f"bubbleId:{talk}:t{i}"
        base.add_value("cursorDiskKV", key, dict(_v=3, type=2, bubbleId=f"t{i}", text="", toolFormerData=dict(tool=15, name=tool, toolCallId=f"tool_{i}", status="completed", params=json.dumps(dict(command="cat a.py")),
                                                                                                          result=json.dumps({result: "head\n" + leak.text, "exitCode": 0}))))
        base.expect("cursorDiskKV/" + key, leak, f"toolFormerData.result::{result}", format="cursor", session=talk, turn=f"t{i}", role="tool", tool=tool, first=2, last=LENGTH + 1)
    attached = Leak()
    key = f"messageRequestContext:{talk}:b1"
    base.add_value("cursorDiskKV", key, dict(cursorRules=[], terminalFiles=[dict(name="1.txt", content=attached.text)]))
    base.expect("cursorDiskKV/" + key, attached, "terminalFiles[0].content", format="cursor", session=talk, turn="b1")
    inline, kept = Leak(), Leak()
    base.add_value("cursorDiskKV", f"composerData:{old}", dict(_v=1, composerId=old, name="packing", createdAt=1730000000000, conversation=[dict(type=1, bubbleId="b9", text=inline.text)],
                                                               originalFileStates={"file:///a.py": dict(content=kept.text)}, context=dict(fileSelections=[])))
    base.expect(f"cursorDiskKV/composerData:{old}", inline, "conversation[0].text", format="cursor", session=old, role="user")
    base.expect(f"cursorDiskKV/composerData:{old}", kept, "originalFileStates.file:///a.py.content", sent=False, format="cursor", session=old)
    content = Leak()
    key = "composer.content." + "ab" * 32
    base.add_value("cursorDiskKV", key, content.text)
    base.expect("cursorDiskKV/" + key, content, None, sent=False, format="cursor")
    blob = Leak()
    key = "agentKv:blob:" + "cd" * 32
    base.add_value("cursorDiskKV", key, dict(role="user", content=blob.text))
    base.expect("cursorDiskKV/" + key, blob, "content", format="cursor", role="user")
    prompts, item = Leak(), Leak()
    base.add_value("ItemTable", "aiService.prompts", [dict(text=prompts.text, commandType=4)])
    base.expect("ItemTable/aiService.prompts", prompts, "[0].text", format="cursor")
    base.add_value("ItemTable", "history.recentlyOpened", dict(entries=[dict(label=item.text)]))
    base.expect("ItemTable/history.recentlyOpened", item, "entries[0].label", sent=False, format="cursor")
    base.write()

    base = Database("databases/share/devin/cli/sessions.db")
    base.create("sessions", "id TEXT PRIMARY KEY, working_directory TEXT, model TEXT, created_at INTEGER, title TEXT, main_chain_id TEXT, cogs_json TEXT, hidden INTEGER")
    base.create("message_nodes", "row_id INTEGER PRIMARY KEY, session_id TEXT, node_id TEXT, parent_node_id TEXT, chat_message TEXT, created_at INTEGER, metadata TEXT")
    base.create("prompt_history", "id INTEGER PRIMARY KEY, content TEXT, timestamp INTEGER, session_id TEXT")
    base.create("tool_call_state", "session_id TEXT, tool_call_id TEXT, tool_call_json TEXT, tool_call_update_json TEXT, PRIMARY KEY (session_id, tool_call_id)")
    base.add("sessions", "v1", PROJECT, "m", 1, "Packing", None, None, 0)
    asked, out, typed, state = Leak(), Leak(), Leak(), Leak()
    base.add("message_nodes", 1, "v1", "n1", None, json.dumps(dict(role="user", content=asked.text)), 1, None)
    base.expect("message_nodes/1/chat_message", asked, "content", format="windsurf", session="v1", turn="n1", project=PROJECT, role="user")
    base.add("message_nodes", 2, "v1", "n2", "n1", json.dumps(dict(role="assistant", content="", tool_calls=[dict(id="c1", function=dict(name="edit", arguments=json.dumps(dict(path="a", text=out.text))))])), 2, None)
    base.expect("message_nodes/2/chat_message", out, "tool_calls[0].function.arguments::text", format="windsurf", session="v1", turn="n2", project=PROJECT, role="assistant", tool="edit")
    base.add("prompt_history", 1, typed.text, 1, "v1")
    base.expect("prompt_history/1/content", typed, None, sent=False, format="windsurf", session="v1", turn="1", project=PROJECT)
    base.add("tool_call_state", "v1", "c1", json.dumps(dict(name="read", output=state.text)), None)
    base.expect("tool_call_state/1/tool_call_json", state, "output", format="windsurf", session="v1", turn="c1", project=PROJECT)
    base.write()


def requests():
    """Logs of requests and data sets. Those with a session send the conversation again with each turn."""
    tool_use = dict(type="tool_use", id="toolu_r1", name="Read", input=dict(file_path="a.py"))
    first, second, system = Leak(), Leak(), Leak()
    talk = [dict(role="user", content="look at a.py"), dict(role="assistant", content=[tool_use]),
            dict(role="user", content=[dict(type="tool_result", tool_use_id="toolu_r1", content=first.tabs())])]
    log = Log("requests/anthropic.jsonl")
    user = dict(user_id="user_0000_account__session_a0000001-0000-4000-8000-000000000001")
    body = dict(model="claude-opus-5-5", max_tokens=1000, system=[dict(type="text", text="You are an agent.")], metadata=user)
    session = "a0000001-0000-4000-8000-000000000001"
    n = log.add(dict(body, messages=talk))
    expect(log.name, n, first, "messages[2].content[0].content", format="anthropic", session=session, role="user", tool="Read", count=3)
    log.add(dict(body, messages=talk + [dict(role="assistant", content="It packs lanes."), dict(role="user", content="and then?")]))
    talk += [dict(role="system", content="Result of calling the Read tool:\n" + second.tabs())]
    n = log.add(dict(body, messages=talk))
    expect(log.name, n, first, "messages[2].content[0].content", format="anthropic", session=session, role="user", tool="Read")
    expect(log.name, n, second, "messages[3].content", format="anthropic", session=session, role="system", first=2, last=LENGTH + 1)
    log.add(dict(model="claude-haiku-5", messages=[dict(role="user", content="count me")], tools=[]))
    n = log.add(dict(model="claude-haiku-5", system="House style\n" + system.text, messages=[dict(role="user", content="hello")]))
    expect(log.name, n, system, "system", format="anthropic", first=2, last=LENGTH + 1)
    log.write()

    log = Log("requests/openai.jsonl")
    out, patch, predicted, answer = Leak(), Leak(), Leak(), Leak()
    n = log.add(dict(model="gpt-5", messages=[dict(role="system", content="You help."), dict(role="assistant", content=None, tool_calls=[
        dict(id="call_9", type="function", function=dict(name="read_file", arguments=json.dumps(dict(path="b.py"))))]), dict(role="tool", tool_call_id="call_9", content=out.text)]))
    expect(log.name, n, out, "messages[2].content", format="openai", role="tool", tool="read_file")
    n = log.add(dict(model="gpt-5", messages=[dict(role="assistant", content=None, tool_calls=[
        dict(id="call_8", type="function", function=dict(name="write_file", arguments=json.dumps(dict(path="b.py", text="header\n" + patch.text))))])]))
    expect(log.name, n, patch, "messages[0].tool_calls[0].function.arguments::text", format="openai", role="assistant", tool="write_file", first=2, last=LENGTH + 1)
    n = log.add(dict(model="gpt-5", messages=[dict(role="user", content="rename x")], prediction=dict(type="content", content=predicted.text)))
    expect(log.name, n, predicted, "prediction.content", format="openai")
    n = log.add(dict(model="gpt-5-codex", instructions="You are an agent.", prompt_cache_key="o0000001", input=[dict(type="function_call", name="shell", arguments="{}", call_id="call_7"),
        dict(type="function_call_output", call_id="call_7", output=answer.text)]))
    expect(log.name, n, answer, "input[1].output", format="openai", session="o0000001", role="tool", tool="shell")
    log.write()

    log = Log("requests/batch.jsonl")
    batch, params = Leak(), Leak()
    n = log.add(dict(custom_id="request-1", method="POST", url="/v1/chat/completions", body=dict(model="gpt-5", messages=[dict(role="user", content=batch.text)])))
    expect(log.name, n, batch, "body.messages[0].content", format="request", turn="request-1", role="user")
    n = log.add(dict(custom_id="request-2", params=dict(model="claude-opus-5-5", max_tokens=9, messages=[dict(role="user", content=params.text)])))
    expect(log.name, n, params, "params.messages[0].content", format="request", turn="request-2", role="user")
    log.write()

    log = Log("requests/fine-tune.jsonl")
    tuned, old = Leak(), Leak()
    n = log.add(dict(messages=[dict(role="system", content="You help."), dict(role="user", content="write it"), dict(role="assistant", content=tuned.text, weight=1)]))
    expect(log.name, n, tuned, "messages[2].content", format="fine-tune", role="assistant")
    n = log.add(dict(prompt="write it", completion=old.text))
    expect(log.name, n, old, "completion", format="fine-tune")
    log.write()

    # One JSON document of several conversations.
    human, model = Leak(), Leak()
    name = "requests/sharegpt.json"
    (HERE / name).write_text(json.dumps([dict(id="c1", conversations=[{"from": "human", "value": human.text}, {"from": "gpt", "value": "ok"}]),
                                         dict(id="c2", conversations=[{"from": "gpt", "value": model.text}])], indent=2) + "\n")
    expect(name, 1, human, "[0].conversations[0].value", format="conversation", role="human")
    expect(name, 1, model, "[1].conversations[0].value", format="conversation", role="gpt")
    log = Log("requests/wildchat.jsonl")
    wild = Leak()
    n = log.add(dict(conversation_hash="w1", model="gpt-5", timestamp="2026-01-01", conversation=[dict(content=wild.text, role="user", language="English")], turn=1))
    expect(log.name, n, wild, "conversation[0].content", format="conversation", session="w1", role="user")
    log.write()

    log = Log("requests/litellm.jsonl")
    asked, came = Leak(), Leak()
    n = log.add(dict(id="chatcmpl-1", call_type="acompletion", model="gpt-5", messages=[dict(role="user", content=asked.text)], metadata=dict(session_id="l1"),
                     response=dict(choices=[dict(message=dict(role="assistant", content=came.text))])))
    expect(log.name, n, asked, "messages[0].content", format="litellm", session="l1", role="user")
    expect(log.name, n, came, "response.choices[0].message.content", sent=False, format="litellm", session="l1", role="assistant")
    log.write()

    def attribute(key, value):
        return dict(key=key, value=dict(stringValue=value))

    # A document of one log record, as a debugging exporter writes it; a line of a collector's file; spans.
    asked = Leak()
    inner = dict(model="claude-opus-5-5", messages=[dict(role="user", content="read this:\n" + asked.text)])
    name = "requests/otel-record.json"
    (HERE / name).write_text(json.dumps(dict(timeUnixNano="1", body=dict(stringValue="claude_code.api_request_body"), attributes=[
        attribute("session.id", "s1"), attribute("event.name", "api_request_body"), attribute("prompt.id", "p1"), attribute("body", json.dumps(inner))]), indent=1) + "\n")
    expect(name, 1, asked, "attributes[3].value.stringValue::messages[0].content", format="otel", session="s1", turn="p1", first=2, last=LENGTH + 1)
    log = Log("requests/otel.jsonl")
    prompt, reply, result = Leak(), Leak(), Leak()
    n = log.add(dict(resourceLogs=[dict(resource=dict(attributes=[attribute("service.name", "codex_exec")]), scopeLogs=[dict(logRecords=[
        dict(timeUnixNano="1", attributes=[attribute("event.name", "codex.user_prompt"), attribute("conversation.id", "s2"), attribute("prompt", prompt.text)]),
        dict(timeUnixNano="2", attributes=[attribute("event.name", "api_response_body"), attribute("conversation.id", "s2"), attribute("body", reply.text)]),
        dict(timeUnixNano="3", attributes=[attribute("event.name", "codex.tool_result"), attribute("conversation.id", "s2"), attribute("tool_name", "exec_command"), attribute("output", result.text)])])])]))
    at = "resourceLogs[0].scopeLogs[0].logRecords"
    for i, (leak, key) in enumerate(((prompt, 2), (reply, 2), (result, 3))):
        expect(log.name, n, leak, f"{at}[{i}].attributes[{key}].value.stringValue", sent=i != 1, format="otel", session="s2", tool="exec_command" if i == 2 else None)
    span, returned = Leak(), Leak()
    n = log.add(dict(resourceSpans=[dict(scopeSpans=[dict(spans=[dict(name="chat", startTimeUnixNano="1", attributes=[
        attribute("gen_ai.conversation.id", "s3"), attribute("gen_ai.input.messages", json.dumps([dict(role="user", parts=[dict(type="text", content=span.text)])])),
        attribute("gen_ai.output.messages", json.dumps([dict(role="assistant", parts=[dict(type="text", content=returned.text)])]))])])])]))
    at = "resourceSpans[0].scopeSpans[0].spans[0].attributes"
    expect(log.name, n, span, at + "[1].value.stringValue::[0].parts[0].content", format="otel", session="s3")
    expect(log.name, n, returned, at + "[2].value.stringValue::[0].parts[0].content", sent=False, format="otel", session="s3")
    log.write()


def claude_2_0_old():
    """The side chain of an agent in the file of its session, and results with a reminder behind them."""
    log = Claude("20000000-aaaa-4000-8000-000000000002", "2.0.30")
    log.say("Explain x.py please")
    log.call("toolu_6a", "Read", file_path=PROJECT + "/x.py")
    read = Leak()
    n = log.answer("toolu_6a", read.arrows() + "\n\n<system-reminder>\nThe file is no malware.\n</system-reminder>\n",
                   dict(type="text", file=dict(filePath=PROJECT + "/x.py", content=read.text, numLines=LENGTH, startLine=read.first, totalLines=120)))
    log.expect(n, read, "message.content[0].content", role="user", tool="Read")
    log.expect(n, read, "toolUseResult.file.content", sent=False, tool="Read")
    log.call("toolu_6b", "Grep", pattern="def", path="src", **{"-n": True, "-C": 1})
    grep = Leak()
    text = grep.text.split("\n")
    lines = "\n".join(f"src/y.py{':' if i % 3 == 0 else '-'}{grep.first + i}{':' if i % 3 == 0 else '-'}{line}" for i, line in enumerate(text)) + "\n--"
    n = log.answer("toolu_6b", lines, dict(mode="content", numFiles=0, filenames=[], content=lines, numLines=LENGTH))
    log.expect(n, grep, "message.content[0].content", role="user", tool="Grep")
    log.expect(n, grep, "toolUseResult.content", sent=False, tool="Grep")
    side = Leak()
    n = log.record("user", message=dict(role="user", content="Find this:\n" + side.text))
    log.lines[-1] = log.lines[-1].replace('"isSidechain":false', '"isSidechain":true')
    log.expect(n, side, "message.content", role="user", first=2, last=LENGTH + 1)
    said = Leak()
    n = log.record("assistant", message=dict(id="msg_6", type="message", role="assistant", model="claude-opus-5-5", content=[dict(type="thinking", thinking="hm", signature="c2ln"), dict(type="text", text="Here:\n" + said.text)]))
    log.expect(n, said, "message.content[1].text", role="assistant", first=2, last=LENGTH + 1)
    log.record("system", subtype="turn_duration", durationMs=900, isMeta=False)
    log.record("system", subtype="api_error", level="error", error=dict(status=529), retryInMs=500, retryAttempt=1, maxRetries=10)
    log.write()


def claude_2_1_197_tools():
    """Attachments that say nothing of how they were rendered, and the tools' results of that version."""
    log = Claude("21970000-aaaa-4000-8000-000000000002", "2.1.197")
    log.prompt = uuid(9, 3)
    for kind, body in (("agent_listing_delta", dict(addedTypes=["Explore"], addedLines=["- Explore: looks"], removedTypes=[], isInitial=True)),
                       ("skill_listing", dict(content="- verify: verifies", skillCount=1, isInitial=True, names=["verify"]))):
        log.record("attachment", attachment=dict(type=kind, **body))
    task = Leak()
    n = log.record("attachment", attachment=dict(type="task_reminder", content=[dict(id="1", subject="port this", description=task.text)], itemCount=1))
    log.expect(n, task, "attachment.content[0].description", turn=uuid(1, log.count))
    log.call("toolu_7a", "Read", file_path=PROJECT + "/x.py", offset=34)
    read = Leak()
    n = log.answer("toolu_7a", read.tabs(), dict(type="text", file=dict(filePath=PROJECT + "/x.py", content=read.text, numLines=LENGTH, startLine=read.first, totalLines=120)))
    log.expect(n, read, "message.content[0].content", role="user", tool="Read")
    log.expect(n, read, "toolUseResult.file.content", sent=False, tool="Read")
    log.call("toolu_7b", "Read", file_path=PROJECT + "/x.py")
    log.answer("toolu_7b", "Wasted call — file unchanged since your last Read. Refer to that earlier tool_result instead.", dict(type="file_unchanged", file=dict(filePath=PROJECT + "/x.py")))
    edited, original = Leak(), Leak()
    n = log.call("toolu_7c", "Edit", file_path=PROJECT + "/z.py", old_string="pass", new_string=edited.text, replace_all=False)
    log.expect(n, edited, "message.content[0].input.new_string", turn=uuid(1, log.count), role="assistant", tool="Edit")
    n = log.answer("toolu_7c", "The file has been updated successfully.", dict(filePath=PROJECT + "/z.py", oldString="pass", newString=edited.text, originalFile=original.text, replaceAll=False))
    log.expect(n, edited, "toolUseResult.newString", sent=False, tool="Edit")
    log.expect(n, original, "toolUseResult.originalFile", sent=False, tool="Edit")
    log.write()


def claude_2_1_330_tools():
    """The results of the tools that the other session does not call."""
    log = Claude("23300000-aaaa-4000-8000-000000000002", "2.1.330")
    log.prompt = uuid(9, 4)
    queued = Leak()
    n = log.add(dict(type="queue-operation", operation="enqueue", timestamp="2026-11-02T09:00:00.000Z", sessionId=log.session, content=queued.text))
    log.expect(n, queued, "content", sent=False, turn=None, project=SLUG)
    log.add(dict(type="queue-operation", operation="dequeue", timestamp="2026-11-02T09:00:00.100Z", sessionId=log.session))
    log.call("toolu_8a", "Read", file_path=PROJECT + "/x.py")
    read = Leak()
    n = log.answer("toolu_8a", read.tabs(), dict(type="text", file=dict(filePath=PROJECT + "/x.py", content=read.text, numLines=LENGTH, startLine=read.first, totalLines=120)))
    log.expect(n, read, "message.content[0].content", role="user", tool="Read")
    log.expect(n, read, "toolUseResult.file.content", sent=False, tool="Read")
    log.call("toolu_8b", "Grep", pattern="def", output_mode="content")
    grep = Leak()
    lines = "\n".join(f"src/e.py:{i}:{line}" for i, line in enumerate(grep.text.split("\n"), grep.first))
    n = log.answer("toolu_8b", lines, dict(mode="content", numFiles=0, filenames=[], content=lines, numLines=LENGTH))
    log.expect(n, grep, "message.content[0].content", role="user", tool="Grep")
    log.expect(n, grep, "toolUseResult.content", sent=False, tool="Grep")
    log.call("toolu_8c", "Glob", pattern="**/*.py")
    log.answer("toolu_8c", "src/x.py", dict(filenames=["src/x.py"], durationMs=13, numFiles=1, truncated=False, totalMatches=1, countIsComplete=True))
    written = Leak()
    n = log.call("toolu_8d", "Write", file_path=PROJECT + "/w.py", content=written.text)
    log.expect(n, written, "message.content[0].input.content", turn=uuid(1, log.count), role="assistant", tool="Write")
    n = log.answer("toolu_8d", "File created successfully at: w.py", dict(type="create", filePath=PROJECT + "/w.py", content=written.text, structuredPatch=[], originalFile=None, userModified=False))
    log.expect(n, written, "toolUseResult.content", sent=False, tool="Write")
    patched = Leak()
    log.call("toolu_8e", "Edit", file_path=PROJECT + "/w.py", old_string="pass", new_string="return")
    n = log.answer("toolu_8e", "The file has been updated.", dict(filePath=PROJECT + "/w.py", oldString="pass", newString="return", originalFile="pass\n", replaceAll=False,
                                                                 structuredPatch=[dict(oldStart=1, oldLines=1, newStart=1, newLines=LENGTH, lines=[" " + line for line in patched.text.split("\n")])]))
    # The lines of the patch are strings of their own, and one text.
    log.expect(n, patched, "toolUseResult.structuredPatch[0].lines[0]", sent=False, tool="Edit", last=1)
    task = Leak()
    n = log.call("toolu_8f", "Agent", description="port", subagent_type="general-purpose", prompt="Port this:\n" + task.text)
    log.expect(n, task, "message.content[0].input.prompt", turn=uuid(1, log.count), role="assistant", tool="Agent", first=2, last=LENGTH + 1)
    n = log.answer("toolu_8f", [dict(type="text", text="Async agent launched successfully.")],
                   dict(isAsync=True, status="async_launched", agentId="a2", description="port", prompt="Port this:\n" + task.text, outputFile="/tmp/a2.output", canReadOutputFile=True, canContinueAgent=True))
    log.expect(n, task, "toolUseResult.prompt", sent=False, tool="Agent", first=2, last=LENGTH + 1)
    picture = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAANUlEQVR4nGNgCGDAjuQCGLEiBpsAJqyIISqAGStiqAhgwYoYpgWwYkUMWwLYsCKGSwHsWBEAikovIUR07bIAAAAASUVORK5CYII="
    log.call("toolu_8g", "Read", file_path=PROJECT + "/pic.png")
    log.answer("toolu_8g", [dict(type="image", source=dict(type="base64", data=picture, media_type="image/png"))],
               dict(type="image", file=dict(base64=picture, type="image/png", originalSize=123, dimensions=dict(originalWidth=8, originalHeight=8))))
    log.call("toolu_8h", "Read", file_path=PROJECT + "/doc.pdf")
    log.answer("toolu_8h", [dict(type="text", text="PDF file read: doc.pdf (30 bytes)"), dict(type="document", source=dict(type="base64", media_type="application/pdf", data="JVBERi0xLjQKJSVFT0YK"))],
               dict(type="pdf", file=dict(filePath=PROJECT + "/doc.pdf", base64="JVBERi0xLjQKJSVFT0YK", originalSize=15)))
    log.call("toolu_8i", "Bash", command="make")
    built = Leak()
    n = log.answer("toolu_8i", built.text, dict(stdout=built.text, stderr="", interrupted=False, isImage=False, noOutputExpected=False))
    log.expect(n, built, "message.content[0].content", role="user", tool="Bash")
    log.expect(n, built, "toolUseResult.stdout", sent=False, tool="Bash")
    last = Leak()
    n = log.add(dict(type="last-prompt", lastPrompt=last.text, leafUuid=uuid(1, 2), sessionId=log.session))
    log.expect(n, last, "lastPrompt", sent=False, turn=None)
    log.write()

    before = Leak()
    name = "home/.claude/file-history/" + log.session + "/3f2a1b@v1"
    (HERE / name).parent.mkdir(parents=True, exist_ok=True)
    (HERE / name).write_text(before.text + "\n")
    expect(name, 1, before, None, sent=False, session=log.session, format="claude-code")


def codex_0_104():
    session = "c0000004-0000-4000-8000-000000000004"
    log = Codex(f"home/.codex/sessions/2026/02/01/rollout-2026-02-01T08-00-00-{session}.jsonl", session, 2)
    log.put("session_meta", dict(id=session, timestamp="2026-02-01T08:00:00.000Z", cwd=PROJECT, originator="codex_exec", cli_version="0.104.0", source="exec", base_instructions=dict(text="You are an agent.")))
    rules, said = Leak(), Leak()
    n = log.put("response_item", text("developer", "Team rules:\n" + rules.text))
    log.expect(n, rules, "payload.content[0].text", role="developer", first=2, last=LENGTH + 1)
    log.turn = "t0000004-1"
    log.put("turn_context", dict(turn_id=log.turn, cwd=PROJECT, approval_policy="never", model="gpt-5-codex"))
    log.put("event_msg", dict(type="token_count", info=None, rate_limits=dict(limit_id="codex")))
    log.put("response_item", dict(type="function_call", name="shell_command", arguments=json.dumps(dict(command="cat v.go", workdir=PROJECT)), call_id="call_4a"))
    plain = Leak()
    n = log.put("response_item", dict(type="function_call_output", call_id="call_4a", output="Exit code: 0\nWall time: 0 seconds\nOutput:\n" + plain.text + "\n…93861 chars truncated…\n"))
    log.expect(n, plain, "payload.output", role="tool", tool="shell_command", first=4, last=LENGTH + 3)
    cut = Leak()
    log.put("response_item", dict(type="function_call", name="shell", arguments=json.dumps(dict(command=["bash", "-lc", "cat big.py; exit 2"])), call_id="call_4b"))
    n = log.put("response_item", dict(type="function_call_output", call_id="call_4b", output=json.dumps(dict(output="Total output lines: 3000\n\n" + cut.text, metadata=dict(exit_code=2, duration_seconds=0.1)))))
    log.expect(n, cut, "payload.output::output", role="tool", tool="shell", first=3, last=LENGTH + 2)
    n = log.put("event_msg", dict(type="agent_message", message=said.text))
    log.expect(n, said, "payload.message", sent=False, role="assistant", count=2)
    n = log.put("response_item", text("assistant", said.text))
    log.expect(n, said, "payload.content[0].text", role="assistant")
    log.put("event_msg", dict(type="task_complete", turn_id=log.turn, last_agent_message=said.text))
    log.write()


def codex_0_169():
    session = "c0000005-0000-4000-8000-000000000005"
    log = Codex(f"home/.codex/sessions/2026/11/04/rollout-2026-11-04T10-00-00-{session}.jsonl", session, 3)
    log.turn = "t0000005-1"
    picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAANUlEQVR4nGNgCGDAjuQCGLEiBpsAJqyIISqAGStiqAhgwYoYpgWwYkUMWwLYsCKGSwHsWBEAikovIUR07bIAAAAASUVORK5CYII="
    log.put("session_meta", dict(session_id=session, id=session, timestamp="2026-11-04T10:00:00.000Z", cwd=PROJECT, originator="codex_exec", cli_version="0.169.0", source="exec", base_instructions=dict(text="You are an agent.")))
    log.put("event_msg", dict(type="thread_settings_applied", thread_id=session, thread_settings=dict(model="gpt-5.4", cwd=PROJECT)))
    log.put("event_msg", dict(type="token_count", info=dict(last_token_usage=dict(input_tokens=10)), rate_limits=dict(limit_id="codex")))
    asked = Leak()
    n = log.put("response_item", dict(type="message", role="user", content=[dict(type="input_text", text='<image name=[Image #1] path="pic.png">'), dict(type="input_image", image_url=picture, detail="high"),
                                                                            dict(type="input_text", text="</image>"), dict(type="input_text", text="what is this?\n" + asked.text)]))
    log.expect(n, asked, "payload.content[3].text", role="user", first=2, last=LENGTH + 1)

    def shown(item):
        return log.put("event_msg", dict(type="item_completed", thread_id=session, turn_id=log.turn, item=item))
    n = shown(dict(type="UserMessage", id="u1", content=[dict(type="local_image", path="pic.png"), dict(type="text", text="what is this?\n" + asked.text, text_elements=[])]))
    log.expect(n, asked, "payload.item.content[1].text", sent=False, role="user", first=2, last=LENGTH + 1)
    log.put("response_item", dict(type="function_call", name="view_image", arguments=json.dumps(dict(path="pic.png")), call_id="call_5a"))
    shown(dict(type="ImageView", id="call_5a", path="file://" + PROJECT + "/pic.png"))
    log.put("response_item", dict(type="function_call_output", call_id="call_5a", output=[dict(type="input_image", image_url=picture, detail="high")]))
    patch = Leak()
    n = log.put("response_item", dict(type="function_call", name="exec_command", arguments=json.dumps(dict(cmd="apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: n.py\n" + patch.added() + "\n*** End Patch\nEOF")), call_id="call_5b"))
    log.expect(n, patch, "payload.arguments::cmd", role="assistant", tool="exec_command", first=4, last=LENGTH + 3)
    n = shown(dict(type="FileChange", id="call_5b", changes={PROJECT + "/n.py": dict(type="add", content=patch.text)}, status="completed"))
    log.expect(n, patch, "payload.item.changes." + PROJECT + "/n.py.content", sent=False)
    mixed = Leak()
    log.put("response_item", dict(type="custom_tool_call", status="completed", call_id="call_5c", name="exec", input='image(await tools.view_image({path:"pic.png"})); text(await tools.exec_command({cmd:"cat m.py"}));'))
    n = log.put("response_item", dict(type="custom_tool_call_output", call_id="call_5c", output=[dict(type="input_text", text="Script completed\nWall time 1.6 seconds\nOutput:\n"), dict(type="input_image", image_url=picture),
                                                                                               dict(type="input_text", text=mixed.text)]))
    log.expect(n, mixed, "payload.output[2].text", role="tool", tool="exec")
    local = Leak()
    n = log.put("response_item", dict(type="local_shell_call", call_id="call_5d", status="completed", action=dict(type="exec", command=["bash", "-lc", "cat > o.py <<'EOF'\n" + local.text + "\nEOF"])))
    log.expect(n, local, "payload.action.command[2]", role="assistant", first=2, last=LENGTH + 1)
    said = Leak()
    n = shown(dict(type="AgentMessage", id="m1", content=[dict(type="Text", text=said.text)]))
    log.expect(n, said, "payload.item.content[0].text", sent=False, role="assistant")
    n = log.put("response_item", text("assistant", said.text))
    log.expect(n, said, "payload.content[0].text", role="assistant")
    log.put("response_item", dict(type="reasoning", id="rs_5", summary=[], encrypted_content="gAAAA"))
    log.write()


def more_databases():
    """What Codex keeps beside its rollouts, an older Cursor's workspaces, the bubbles of its agents, Cursor's command line, and the rest of Devin's tables."""
    base = Database("databases/.codex/thread_history_1.sqlite")
    base.create("thread_items", "thread_id TEXT, turn_id TEXT, ordinal INTEGER, item_json TEXT")
    out = Leak()
    base.add("thread_items", "c9", "t9", 1, json.dumps(dict(type="CommandExecution", id="e1", command=["/bin/bash", "-lc", "cat q.py"], aggregated_output=out.text, exit_code=0)))
    base.expect("thread_items/1/item_json", out, "aggregated_output", sent=False, format="codex")
    base.write()
    base = Database("databases/.codex/logs_2.sqlite")
    base.create("logs", "id INTEGER PRIMARY KEY, ts INTEGER, level TEXT, message TEXT")
    told = Leak()
    base.add("logs", 1, 1, "TRACE", "request:\n" + told.text)
    base.expect("logs/1/message", told, None, sent=False, turn="1", format="codex", first=2, last=LENGTH + 1)
    base.write()

    base = Database("databases/Cursor/User/workspaceStorage/0123abcd/state.vscdb")
    base.create("ItemTable", "key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB")
    chat, made, tabs = Leak(), Leak(), Leak()
    base.add_value("ItemTable", "workbench.panel.aichat.view.aichat.chatdata", dict(tabs=[dict(tabId="e9", chatTitle="packing", bubbles=[dict(type="user", id="b1", text="look:\n" + chat.text)])]))
    base.expect("ItemTable/workbench.panel.aichat.view.aichat.chatdata", chat, "tabs[0].bubbles[0].text", format="cursor", role="user", first=2, last=LENGTH + 1)
    base.add_value("ItemTable", "aiService.generations", [dict(unixMs=1, generationUUID="g1", type="composer", textDescription=made.text)])
    base.expect("ItemTable/aiService.generations", made, "[0].textDescription", sent=False, format="cursor")
    base.add_value("ItemTable", "composer.composerData", dict(allComposers=[dict(composerId="e9", name=tabs.text, createdAt=1)]))
    base.expect("ItemTable/composer.composerData", tabs, "allComposers[0].name", sent=False, format="cursor")
    base.write()

    base = Database("databases/Cursor/User/globalStorage/state.vscdb.backup")
    base.create("cursorDiskKV", "key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB")
    base.create("composerHeaders", "composerId TEXT PRIMARY KEY, header TEXT")
    talk = "e0000003-0000-4000-8000-000000000003"
    chunk, code, result, diff, thought = Leak(), Leak(), Leak(), Leak(), Leak()
    key = f"bubbleId:{talk}:b1"
    base.add_value("cursorDiskKV", key, dict(_v=3, type=1, bubbleId="b1", text="go on", attachedCodeChunks=[dict(relativeWorkspacePath="a.py", lines=chunk.text)], toolResults=[dict(result=result.text)],
                                             codeBlocks=[dict(content=code.text)], gitDiffs=[dict(diff=diff.text)], allThinkingBlocks=[dict(thinking=thought.text)], images=[]))
    for leak, field in ((chunk, "attachedCodeChunks[0].lines"), (result, "toolResults[0].result"), (code, "codeBlocks[0].content"), (diff, "gitDiffs[0].diff"), (thought, "allThinkingBlocks[0].thinking")):
        base.expect("cursorDiskKV/" + key, leak, field, format="cursor", session=talk, turn="b1", role="user")
    edited = Leak()
    key = f"bubbleId:{talk}:b2"
    base.add_value("cursorDiskKV", key, dict(_v=3, type=2, bubbleId="b2", text="", toolFormerData=dict(tool=38, name="edit_file_v2", toolCallId="t9", status="completed", params=json.dumps(dict(relativeWorkspacePath="a.py")),
                                                                                                     rawArgs=json.dumps(dict(new_string=edited.text)), result=json.dumps(dict(beforeContentId="composer.content.1", afterContentId="composer.content.2")))))
    base.expect("cursorDiskKV/" + key, edited, "toolFormerData.rawArgs::new_string", format="cursor", session=talk, turn="b2", role="tool", tool="edit_file_v2")
    point, block, mapped, header = Leak(), Leak(), Leak(), Leak()
    base.add_value("cursorDiskKV", f"checkpointId:{talk}:p1", dict(files=[dict(originalModelDiffWrtV0=[dict(modified=point.text)])]))
    base.expect(f"cursorDiskKV/checkpointId:{talk}:p1", point, "files[0].originalModelDiffWrtV0[0].modified", sent=False, format="cursor", session=talk, turn="p1")
    base.add_value("cursorDiskKV", f"codeBlockDiff:{talk}:d1", dict(newModelDiffWrtV0=[dict(modified=block.text)]))
    base.expect(f"cursorDiskKV/codeBlockDiff:{talk}:d1", block, "newModelDiffWrtV0[0].modified", sent=False, format="cursor", session=talk, turn="d1")
    base.add_value("cursorDiskKV", f"composerData:{talk}", dict(_v=3, composerId=talk, fullConversationHeadersOnly=[dict(bubbleId="b1", type=1)], conversationMap={"b7": dict(type=1, bubbleId="b7", text=mapped.text)},
                                                                context=dict(fileSelections=[], selections=[]), speculativeSummarizationEncryptionKey="c2VjcmV0"))
    base.expect(f"cursorDiskKV/composerData:{talk}", mapped, "conversationMap.b7.text", format="cursor", session=talk, role="user")
    base.add("composerHeaders", talk, json.dumps(dict(composerId=talk, name=header.text)))
    base.expect("composerHeaders/1/header", header, "name", format="cursor", session=talk)
    base.write()

    base = Database("databases/.cursor/chats/0123abcd/e0000004-0000-4000-8000-000000000004/store.db")
    base.create("blobs", "id TEXT PRIMARY KEY, data BLOB")
    base.create("meta", "key TEXT PRIMARY KEY, value TEXT")
    asked = Leak()
    base.add("blobs", "ab" * 32, json.dumps(dict(role="user", content=[dict(type="text", text=asked.text)])))
    base.expect("blobs/1/data", asked, "content[0].text", turn="ab" * 32, format="cursor", role="user")
    base.write()

    base = Database("databases/copy/devin/cli/sessions.db")
    base.create("sessions", "id TEXT PRIMARY KEY, working_directory TEXT, title TEXT, cogs_json TEXT")
    base.create("tool_call_state", "session_id TEXT, tool_call_id TEXT, tool_call_json TEXT, tool_call_update_json TEXT, PRIMARY KEY (session_id, tool_call_id)")
    base.create("subagent_heads", "session_id TEXT, agent_id TEXT, head_json TEXT")
    update, head, cogs = Leak(), Leak(), Leak()
    base.add("sessions", "v2", PROJECT, "Packing", json.dumps(dict(notes=cogs.text)))
    base.expect("sessions/1/cogs_json", cogs, "notes", sent=False, format="windsurf", session="v2", turn="v2", project=PROJECT)
    base.add("tool_call_state", "v2", "c1", None, json.dumps(dict(status="completed", content=[dict(type="content", content=dict(type="text", text=update.text))])))
    base.expect("tool_call_state/1/tool_call_update_json", update, "content[0].content.text", format="windsurf", session="v2", turn="c1", project=PROJECT)
    base.add("subagent_heads", "v2", "a1", json.dumps(dict(task=head.text)))
    base.expect("subagent_heads/1/head_json", head, "task", format="windsurf", session="v2", project=PROJECT)
    base.write()


def more_requests():
    """Bodies as each version sends them, and the other logs of requests."""
    log = Log("requests/claude-code.jsonl")
    body = dict(model="claude-opus-5-5", max_tokens=1000, system=[dict(type="text", text="You are an agent.")])
    picture = dict(type="image", source=dict(type="base64", media_type="image/png", data="iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAANUlEQVR4nGNgCGDAjuQCGLEiBpsAJqyI"))
    one, two, three, cell, tool, counted, schema = (Leak() for _ in range(7))
    n = log.add(dict(body, messages=[dict(role="user", content="Explain @a.py\n\nResult of calling the Read tool: " + json.dumps(one.arrows(), ensure_ascii=False))]))  # 1.0.30
    expect(log.name, n, one, "messages[0].content", format="anthropic", role="user", first=3, last=3)
    n = log.add(dict(body, messages=[dict(role="user", content=[dict(type="text", text="<system-reminder>\nResult of calling the Read tool: " + json.dumps(two.arrows(), ensure_ascii=False) + "\n</system-reminder>"), dict(type="text", text="Explain @a.py")])]))  # 2.0.30
    expect(log.name, n, two, "messages[0].content[0].text", format="anthropic", role="user", first=2, last=2)
    n = log.add(dict(body, messages=[dict(role="user", content=[dict(type="text", text="Explain @a.py"), dict(type="text", text="<system-reminder>\nResult of calling the Read tool:\n" + three.tabs() + "\n</system-reminder>")])]))  # 2.1.330
    expect(log.name, n, three, "messages[0].content[1].text", format="anthropic", role="user", first=3, last=LENGTH + 2)
    n = log.add(dict(body, messages=[dict(role="user", content=[dict(type="tool_result", tool_use_id="toolu_q1", content=[picture, dict(type="text", text='<cell id="a1">' + cell.text + '</cell id="a1">')]),
                                                                dict(type="document", source=dict(type="base64", media_type="application/pdf", data="JVBERi0xLjQKJSVFT0YK"))]),
                                     dict(role="assistant", content=[dict(type="tool_use", id="toolu_q2", name="Write", input=dict(file_path="b.py", content=tool.text))])]))
    expect(log.name, n, cell, "messages[0].content[0].content[1].text", format="anthropic", role="user")
    expect(log.name, n, tool, "messages[1].content[0].input.content", format="anthropic", role="assistant", tool="Write")
    # The raw file goes to count_tokens before anything else is sent.
    n = log.add(dict(model="claude-opus-5-5", messages=[dict(role="user", content=counted.text)], tools=[]))
    expect(log.name, n, counted, "messages[0].content", format="anthropic", role="user")
    n = log.add(dict(body, messages=[dict(role="user", content="go")], tools=[dict(name="x", description=schema.text, input_schema={})]))
    expect(log.name, n, schema, "tools[0].description", format="anthropic")
    log.write()

    log = Log("requests/codex.jsonl")
    rules, out, nested, asked = (Leak() for _ in range(4))
    n = log.add(dict(model="gpt-6-sol", stream=True, store=False, prompt_cache_key="o0000002", include=["reasoning.encrypted_content"], input=[
        dict(type="message", role="developer", content=[dict(type="input_text", text=rules.text)]),
        dict(type="additional_tools", role="developer", tools=[dict(type="custom", name="exec", description="runs", format={})]),
        dict(type="message", role="user", content=[dict(type="input_text", text=asked.text), dict(type="input_image", image_url="data:image/png;base64,iVBORw0KGgo=")]),
        dict(type="custom_tool_call", call_id="call_c1", name="exec", input="text(await tools.exec_command({cmd:'cat a.py'}))"),
        dict(type="custom_tool_call_output", call_id="call_c1", output=[dict(type="input_text", text="Script completed\n"), dict(type="input_text", text=json.dumps(dict(chunk_id="a", output=nested.text)))]),
        dict(type="reasoning", encrypted_content="gAAAA", summary=[]),
        dict(type="function_call", call_id="call_c2", name="exec_command", arguments="{}"), dict(type="function_call_output", call_id="call_c2", output="Chunk ID: 1\nOutput:\n" + out.text)]))
    expect(log.name, n, rules, "input[0].content[0].text", format="openai", session="o0000002", role="developer")
    expect(log.name, n, asked, "input[2].content[0].text", format="openai", session="o0000002", role="user")
    expect(log.name, n, nested, "input[4].output[1].text::output", format="openai", session="o0000002", role="tool", tool="exec")
    expect(log.name, n, out, "input[7].output", format="openai", session="o0000002", role="tool", tool="exec_command", first=3, last=LENGTH + 2)
    log.write()

    log = Log("requests/data-sets.jsonl")
    lmsys, good, bad, given = (Leak() for _ in range(4))
    n = log.add(dict(conversation_id="m1", model="vicuna", conversation=[dict(role="user", content=lmsys.text)], turn=1, language="English", openai_moderation=[], redacted=False))
    expect(log.name, n, lmsys, "conversation[0].content", format="conversation", session="m1", role="user")
    n = log.add(dict(input=dict(messages=[dict(role="user", content=given.text)], tools=[]), preferred_output=[dict(role="assistant", content=good.text)], non_preferred_output=[dict(role="assistant", content=bad.text)]))
    expect(log.name, n, given, "input.messages[0].content", format="fine-tune", role="user")
    expect(log.name, n, good, "preferred_output[0].content", format="fine-tune", role="assistant")
    expect(log.name, n, bad, "non_preferred_output[0].content", format="fine-tune", role="assistant")
    log.write()

    # A browser's or proxy's archive, and two providers' own shapes, Gemini's and Bedrock's: they are read for what they look like.
    posted, part, returned, given = (Leak() for _ in range(4))
    name = "requests/archive.har"
    (HERE / name).write_text(json.dumps(dict(log=dict(entries=[dict(request=dict(method="POST", url="http://127.0.0.1/v1/messages", postData=dict(mimeType="application/json", text=json.dumps(dict(model="m", messages=[dict(role="user", content=posted.text)])))))])), indent=1) + "\n")
    expect(name, 1, posted, "log.entries[0].request.postData.text::messages[0].content", sent=None)
    log = Log("requests/others.jsonl")
    n = log.add(dict(contents=[dict(role="user", parts=[dict(text=part.text), dict(functionResponse=dict(name="read", response=dict(output=returned.text)))])], systemInstruction=dict(parts=[dict(text="You help.")])))
    expect(log.name, n, part, "contents[0].parts[0].text", sent=None)
    expect(log.name, n, returned, "contents[0].parts[1].functionResponse.response.output", sent=None)
    n = log.add(dict(system=[dict(text="You help.")], messages=[dict(role="user", content=[dict(toolResult=dict(toolUseId="t1", content=[dict(text=given.text)]))])]))
    expect(log.name, n, given, "messages[0].content[0].toolResult.content[0].text", format="anthropic", role="user")
    log.write()

    def attribute(key, value):
        return dict(key=key, value=dict(stringValue=value))

    log = Log("requests/otel-older.jsonl")
    system, event, prompt, indexed, traced, done = (Leak() for _ in range(6))
    n = log.add(dict(resourceLogs=[dict(scopeLogs=[dict(logRecords=[
        dict(timeUnixNano="1", attributes=[attribute("gen_ai.system_instructions", json.dumps([dict(type="text", content=system.text)]))]),
        dict(timeUnixNano="2", body=dict(kvlistValue=dict(values=[attribute("content", event.text)])), attributes=[attribute("event.name", "gen_ai.user.message")])])])]))
    at = "resourceLogs[0].scopeLogs[0].logRecords"
    expect(log.name, n, system, at + "[0].attributes[0].value.stringValue::[0].content", format="otel")
    expect(log.name, n, event, at + "[1].body.kvlistValue.values[0].value.stringValue", format="otel")
    n = log.add(dict(resourceSpans=[dict(scopeSpans=[dict(spans=[dict(name="chat", startTimeUnixNano="1", attributes=[
        attribute("gen_ai.prompt", prompt.text), attribute("gen_ai.prompt.0.content", indexed.text), attribute("llm.input_messages.0.message.content", traced.text), attribute("gen_ai.completion.0.content", done.text)])])])]))
    at = "resourceSpans[0].scopeSpans[0].spans[0].attributes"
    for i, leak in enumerate((prompt, indexed, traced, done)):
        expect(log.name, n, leak, f"{at}[{i}].value.stringValue", sent=i < 3, format="otel")
    log.write()


def main():
    for folder in ("home", "requests", "databases"):
        shutil.rmtree(HERE / folder, ignore_errors=True)
    (HERE / "requests").mkdir()
    for make in (claude_1, claude_2_0, claude_2_1_197, claude_2_1_330, codex_1, codex_2, codex_3, cursor_transcript, windsurf, requests, databases,
                 claude_2_0_old, claude_2_1_197_tools, claude_2_1_330_tools, codex_0_104, codex_0_169, more_requests, more_databases):
        make()
    for what in ("home", "requests", "databases"):
        (HERE / f"{what}.expected.jsonl").write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in EXPECTED if e["input"].startswith(what + "/")), newline="\n")


if __name__ == "__main__":
    main()
