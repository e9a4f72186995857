using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LeakScan.Cli.Hooks;

namespace LeakScan.Cli.Tests.Hooks;

/// <summary>What each tool sends, as captured or documented, and what it must get: exit code, standard output, standard error.</summary>
public sealed class HookContractTests(HookFixture fixture) : IClassFixture<HookFixture>
{
    const string ClaudeCommon = "\"session_id\":\"s1\",\"transcript_path\":\"/t.jsonl\",\"cwd\":\"@ROOT@\",\"prompt_id\":\"p1\",\"permission_mode\":\"acceptEdits\",\"effort\":{\"level\":\"medium\"}";
    const string OldClaudeCommon = "\"session_id\":\"s1\",\"transcript_path\":\"/t.jsonl\",\"cwd\":\"@ROOT@\",\"permission_mode\":\"default\"";
    const string CodexCommon = "\"session_id\":\"s1\",\"turn_id\":\"t1\",\"transcript_path\":\"/t.jsonl\",\"cwd\":\"@ROOT@\",\"model\":\"gpt-5.4\",\"permission_mode\":\"default\"";
    const string CursorCommon = "\"conversation_id\":\"s1\",\"generation_id\":\"g1\",\"model\":\"m\",\"cursor_version\":\"2.0\",\"workspace_roots\":[\"@ROOT@\"]";
    const string CascadeCommon = "\"trajectory_id\":\"s1\",\"execution_id\":\"e1\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"model_name\":\"m\"";

    const string DenyTool = """0|{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"MODEL"},"systemMessage":"PERSON"}|""";
    const string BlockPrompt = """0|{"decision":"block","reason":"PERSON"}|""";
    const string StopSession = """0|{"continue":false,"stopReason":"PERSON","decision":"block","reason":"MODEL","systemMessage":"PERSON"}|""";
    const string Silent = "0||";
    const string CursorDeny = """2|{"permission":"deny","user_message":"PERSON","agent_message":"MODEL"}|MODEL""";
    const string CursorAllow = """0|{"permission":"allow"}|""";

    public static TheoryData<string, string, string, string> Cases => new()
    {
        // Claude Code
        { "claude-code", "prompt", "{" + ClaudeCommon + ""","hook_event_name":"UserPromptSubmit","prompt":"explain\n@SECRET@"}""", BlockPrompt },
        { "claude-code", "mention", "{" + ClaudeCommon + ""","hook_event_name":"UserPromptSubmit","prompt":"Explain @src/secret.py, please"}""", BlockPrompt },
        { "claude-code", "mention of a file in base64", "{" + ClaudeCommon + ""","hook_event_name":"UserPromptSubmit","prompt":"Explain @encoded.txt"}""", BlockPrompt },
        { "claude-code", "quoted mention", "{" + ClaudeCommon + ""","hook_event_name":"UserPromptSubmit","prompt":"Explain (@\"src/secret.py\")"}""", BlockPrompt },
        { "claude-code", "mention of few lines", "{" + ClaudeCommon + ""","hook_event_name":"UserPromptSubmit","prompt":"Explain @src/secret.py#L1-1"}""", Silent },
        { "claude-code", "harmless mention", "{" + ClaudeCommon + ""","hook_event_name":"UserPromptSubmit","prompt":"Explain @src/open.py to me@src/secret.py"}""", Silent },
        { "claude-code", "read", "{" + ClaudeCommon + ""","hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"@ROOT@/src/secret.py"},"tool_use_id":"u"}""", DenyTool },
        { "claude-code", "read of a harmless range", "{" + ClaudeCommon + ""","hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"@ROOT@/src/secret.py","offset":1,"limit":1},"tool_use_id":"u"}""", Silent },
        { "claude-code", "read of a range", "{" + ClaudeCommon + ""","hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"@ROOT@/src/secret.py","offset":10,"limit":20},"tool_use_id":"u"}""", DenyTool },
        { "claude-code", "read of a harmless file", "{" + ClaudeCommon + ""","hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"@ROOT@/src/open.py"},"tool_use_id":"u"}""", Silent },
        { "claude-code", "cat", "{" + ClaudeCommon + ""","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"cd src && cat -n secret.py | head -50; make","description":"d"},"tool_use_id":"u"}""", DenyTool },
        { "claude-code", "write", "{" + ClaudeCommon + ""","hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"file_path":"@ROOT@/new.py","content":"@SECRET@"},"tool_use_id":"u"}""", DenyTool },
        { "claude-code", "edit", "{" + ClaudeCommon + ""","hook_event_name":"PreToolUse","tool_name":"Edit","tool_input":{"file_path":"@ROOT@/new.py","old_string":"a","new_string":"@SECRET@","replace_all":false},"tool_use_id":"u"}""", DenyTool },
        { "claude-code", "agent", "{" + ClaudeCommon + ""","hook_event_name":"PreToolUse","tool_name":"Agent","tool_input":{"description":"d","prompt":"@SECRET@","subagent_type":"general-purpose"},"tool_use_id":"u"}""", DenyTool },
        { "claude-code", "another server's tool", "{" + ClaudeCommon + ""","hook_event_name":"PreToolUse","tool_name":"mcp__files__read_text","tool_input":{"path":"@ROOT@/src/secret.py"},"tool_use_id":"u"}""", DenyTool },
        { "claude-code", "output of Bash", "{" + ClaudeCommon + ""","hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{"command":"make"},"tool_response":{"stdout":"@SECRET@","stderr":"","interrupted":false,"isImage":false,"noOutputExpected":false},"tool_use_id":"u","duration_ms":3}""",
            """0|{"hookSpecificOutput":{"hookEventName":"PostToolUse","updatedToolOutput":{"stdout":"MODEL","stderr":"","interrupted":false,"isImage":false,"noOutputExpected":false}},"systemMessage":"PERSON"}|""" },
        { "claude-code", "output of Read", "{" + ClaudeCommon + ""","hook_event_name":"PostToolUse","tool_name":"Read","tool_input":{"file_path":"/x.py"},"tool_response":{"type":"text","file":{"filePath":"/x.py","content":"@SECRET@","numLines":61,"startLine":1,"totalLines":61}},"tool_use_id":"u","duration_ms":3}""",
            """0|{"hookSpecificOutput":{"hookEventName":"PostToolUse","updatedToolOutput":{"type":"text","file":{"filePath":"/x.py","content":"MODEL","numLines":1,"startLine":1,"totalLines":1}}},"systemMessage":"PERSON"}|""" },
        { "claude-code", "output of Grep", "{" + ClaudeCommon + ""","hook_event_name":"PostToolUse","tool_name":"Grep","tool_input":{"pattern":"a"},"tool_response":{"mode":"content","numFiles":0,"filenames":[],"content":"@SECRET@","numLines":3},"tool_use_id":"u","duration_ms":3}""",
            """0|{"hookSpecificOutput":{"hookEventName":"PostToolUse","updatedToolOutput":{"mode":"content","numFiles":0,"filenames":[],"content":"MODEL","numLines":1}},"systemMessage":"PERSON"}|""" },
        { "claude-code", "output of a notebook", "{" + ClaudeCommon + ""","hook_event_name":"PostToolUse","tool_name":"Read","tool_input":{"file_path":"/x.ipynb"},"tool_response":{"type":"notebook","file":{"cells":[{"cellType":"code","source":"@SECRET@","outputs":[]}]}},"tool_use_id":"u","duration_ms":3}""", StopSession },
        { "claude-code", "another server's tool with read in a word", "{" + ClaudeCommon + ""","hook_event_name":"PreToolUse","tool_name":"mcp__mail__thread_list","tool_input":{"path":"@ROOT@/src/secret.py"},"tool_use_id":"u"}""", Silent },
        { "claude-code", "output of another server's tool", "{" + ClaudeCommon + ""","hook_event_name":"PostToolUse","tool_name":"mcp__a__b","tool_input":{},"tool_response":[{"type":"text","text":"@SECRET@"}],"tool_use_id":"u"}""", StopSession },
        { "claude-code", "output, old client", "{" + OldClaudeCommon + ""","hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{"command":"make"},"tool_response":{"stdout":"@SECRET@","stderr":"","interrupted":false,"isImage":false}}""", StopSession },
        { "claude-code", "what was written is not sent", "{" + ClaudeCommon + ""","hook_event_name":"PostToolUse","tool_name":"Edit","tool_input":{"file_path":"/x.py"},"tool_response":{"filePath":"/x.py","originalFile":"@SECRET@","structuredPatch":[]},"tool_use_id":"u"}""", Silent },
        { "claude-code", "unchanged file", "{" + ClaudeCommon + ""","hook_event_name":"PostToolUse","tool_name":"Read","tool_input":{"file_path":"/x.py"},"tool_response":{"type":"file_unchanged","file":{"filePath":"/x.py"}},"tool_use_id":"u"}""", Silent },
        { "claude-code", "failed command", "{" + ClaudeCommon + ""","hook_event_name":"PostToolUseFailure","tool_name":"Bash","tool_input":{"command":"x"},"tool_use_id":"u","error":"Exit code 3\n@SECRET@","is_interrupt":false}""", """0|{"systemMessage":"PERSON"}|""" },
        { "claude-code", "session start", "{" + OldClaudeCommon + ""","hook_event_name":"SessionStart","source":"startup"}""", Silent },
        { "claude-code", "stop", "{" + ClaudeCommon + ""","hook_event_name":"Stop","stop_hook_active":false,"last_assistant_message":"@SECRET@"}""", Silent },
        { "claude-code", "event of the future", "{" + ClaudeCommon + ""","hook_event_name":"BeforeTelepathy","thought":"@SECRET@"}""", StopSession },
        { "claude-code", "half a surrogate pair", "{" + ClaudeCommon + ""","hook_event_name":"UserPromptSubmit","prompt":"\ud83d @SECRET@"}""", BlockPrompt },

        // Codex
        { "codex", "prompt", "{" + CodexCommon + ""","hook_event_name":"UserPromptSubmit","prompt":"@SECRET@"}""", BlockPrompt },
        { "codex", "cat", "{" + CodexCommon + ""","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"sed -n '1,40p' src/secret.py"},"tool_use_id":"c"}""", DenyTool },
        { "codex", "shell in a shell", "{" + CodexCommon + ""","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"bash -lc 'cat src/secret.py'"},"tool_use_id":"c"}""", DenyTool },
        { "codex", "patch", "{" + CodexCommon + ""","hook_event_name":"PreToolUse","tool_name":"apply_patch","tool_input":{"command":"*** Begin Patch\n*** Add File: a.py\n@SECRET@\n*** End Patch\n"},"tool_use_id":"c"}""", DenyTool },
        { "codex", "image", "{" + CodexCommon + ""","hook_event_name":"PreToolUse","tool_name":"view_image","tool_input":{"path":"@ROOT@/pic.png"},"tool_use_id":"c"}""", Silent },
        { "codex", "output", "{" + CodexCommon + ""","hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{"command":"make"},"tool_response":"@SECRET@","tool_use_id":"c"}""",
            """0|{"decision":"block","reason":"MODEL","systemMessage":"PERSON"}|""" },
        { "codex", "output of an image", "{" + CodexCommon + ""","hook_event_name":"PostToolUse","tool_name":"view_image","tool_input":{"path":"/p.png"},"tool_response":[{"type":"input_image","image_url":"data:;base64,iVBORw0KGgo="}],"tool_use_id":"c"}""", Silent },
        { "codex", "event of the future", "{" + CodexCommon + ""","hook_event_name":"BeforeTelepathy","thought":"@SECRET@"}""", "2||PERSON" },

        // Cursor
        { "cursor", "prompt", "{" + CursorCommon + ""","hook_event_name":"beforeSubmitPrompt","prompt":"@SECRET@","attachments":[]}""", """2|{"continue":false,"user_message":"PERSON"}|MODEL""" },
        { "cursor", "attachment", "{" + CursorCommon + ""","hook_event_name":"beforeSubmitPrompt","prompt":"explain","attachments":[{"type":"file","filePath":"@ROOT@/src/secret.py"}]}""", """2|{"continue":false,"user_message":"PERSON"}|MODEL""" },
        { "cursor", "harmless prompt", "{" + CursorCommon + ""","hook_event_name":"beforeSubmitPrompt","prompt":"explain","attachments":[{"type":"file","file_path":"@ROOT@/src/open.py"}]}""", """0|{"continue":true}|""" },
        { "cursor", "file", "{" + CursorCommon + ""","hook_event_name":"beforeReadFile","file_path":"/x.py","content":"@SECRET@","attachments":[]}""", CursorDeny },
        { "cursor", "file in base64", "{" + CursorCommon + ""","hook_event_name":"beforeReadFile","file_path":"/x.txt","content":"@BASE64@","attachments":[]}""", CursorDeny },
        { "cursor", "file without its text", "{" + CursorCommon + ""","hook_event_name":"beforeTabFileRead","file_path":"@ROOT@/src/secret.py"}""", CursorDeny },
        { "cursor", "harmless file", "{" + CursorCommon + ""","hook_event_name":"beforeReadFile","file_path":"@ROOT@/src/secret.py","content":"print(1)"}""", CursorAllow },
        { "cursor", "cat", "{" + CursorCommon + ""","hook_event_name":"beforeShellExecution","command":"cat src/secret.py","cwd":"@ROOT@"}""", CursorDeny },
        { "cursor", "undecidable command", "{" + CursorCommon + ""","hook_event_name":"beforeShellExecution","command":"base64 src/secret.py","cwd":"@ROOT@"}""", """0|{"permission":"ask","user_message":"PERSON","agent_message":"MODEL"}|""" },
        { "cursor", "undecidable command without a protected file", "{" + CursorCommon + ""","hook_event_name":"beforeShellExecution","command":"make","cwd":"@ROOT@"}""", """0|{"permission":"allow"}|PERSON""" },
        { "cursor", "cat of a file in base64", "{" + CursorCommon + ""","hook_event_name":"beforeShellExecution","command":"cat encoded.txt","cwd":"@ROOT@"}""", CursorDeny },
        { "cursor", "cat of a pattern", "{" + CursorCommon + ""","hook_event_name":"beforeShellExecution","command":"cat s*c/[s]ecret.py","cwd":"@ROOT@"}""", CursorDeny },
        { "cursor", "search by a command in a folder", "{" + CursorCommon + ""","hook_event_name":"beforeShellExecution","command":"grep -rn . src","cwd":"@ROOT@"}""", """0|{"permission":"ask","user_message":"PERSON","agent_message":"MODEL"}|""" },
        { "cursor", "search by a command for one word", "{" + CursorCommon + ""","hook_event_name":"beforeShellExecution","command":"rg heading","cwd":"@ROOT@"}""", """0|{"permission":"allow"}|PERSON""" },
        { "cursor", "tests in a folder", "{" + CursorCommon + ""","hook_event_name":"beforeShellExecution","command":"pytest src src/*.py","cwd":"@ROOT@"}""", """0|{"permission":"allow"}|PERSON""" },
        { "cursor", "tool of a server", "{" + CursorCommon + ""","hook_event_name":"beforeMCPExecution","tool_name":"t","tool_input":"{\"body\":\"x\"}","url":"http://localhost"}""", CursorAllow },
        { "cursor", "read by a tool", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"Read","tool_input":{"file_path":"src/secret.py"},"tool_use_id":"u"}""", CursorDeny },
        { "cursor", "read by a tool, as text", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"Read","tool_input":"{\"file_path\":\"src/secret.py\"}","tool_use_id":"u"}""", CursorDeny },
        { "cursor", "read of an address by a tool", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"Read","tool_input":{"uri":"file://localhost@ROOT@/src/secret.py"},"tool_use_id":"u"}""", CursorDeny },
        { "cursor", "read of two files by a tool", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"read_file","tool_input":{"paths":["src/open.py","src/secret.py"]},"tool_use_id":"u"}""", CursorDeny },
        { "cursor", "search in a file", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"Grep","tool_input":{"pattern":".*","path":"@ROOT@/src/secret.py"},"tool_use_id":"u"}""", CursorDeny },
        { "cursor", "search for names of files", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"Grep","tool_input":{"pattern":".*","path":"src/secret.py","output_mode":"files_with_matches"},"tool_use_id":"u"}""", CursorAllow },
        { "cursor", "search in a harmless file", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"Grep","tool_input":{"pattern":".*","path":"src/open.py"},"tool_use_id":"u"}""", CursorAllow },
        { "cursor", "search in a folder", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"Grep","tool_input":{"pattern":".*","path":"src"},"tool_use_id":"u"}""", """0|{"permission":"allow"}|PERSON""" },
        { "cursor", "search in the web", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"web_search","tool_input":{"query":"src"},"tool_use_id":"u"}""", CursorAllow },
        { "cursor", "list of a folder", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"LS","tool_input":{"target_directory":"src"},"tool_use_id":"u"}""", CursorAllow },
        { "cursor", "tool of a server that reads", "{" + CursorCommon + ""","hook_event_name":"beforeMCPExecution","tool_name":"read_file","tool_input":"{\"path\":\"src/secret.py\"}","command":"npx files"}""", CursorDeny },
        { "cursor", "tool of a server that gets", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"MCP:get_file","tool_input":{"items":[{"relative_workspace_path":"src/secret.py"}]},"tool_use_id":"u"}""", CursorDeny },
        { "cursor", "tool of a server that is given an address", "{" + CursorCommon + ""","hook_event_name":"beforeMCPExecution","tool_name":"convert","tool_input":{"uri":"file:@ROOT@/src/secret.py"},"url":"http://localhost"}""", CursorDeny },
        { "cursor", "tool of a server that shows", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"MCP:str_replace_editor","tool_input":{"command":"view","path":"src/secret.py"},"tool_use_id":"u"}""", CursorDeny },
        { "cursor", "tool of a server that writes", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"MCP:str_replace_editor","tool_input":{"command":"str_replace","path":"src/secret.py"},"tool_use_id":"u"}""", CursorAllow },
        { "cursor", "tool of a server that makes a file", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"MCP:render","tool_input":{"path":"src/open.py","output_path":"src/secret.py","title":"src/secret.py"},"tool_use_id":"u"}""", CursorAllow },
        { "cursor", "write over a file", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"Write","tool_input":{"file_path":"src/secret.py","contents":"x"},"tool_use_id":"u"}""", CursorAllow },
        { "cursor", "deletion", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"Delete","tool_input":{"path":"src/secret.py"},"tool_use_id":"u"}""", CursorAllow },
        { "cursor", "input that is no object", "{" + CursorCommon + ""","hook_event_name":"beforeMCPExecution","tool_name":"t","tool_input":"src/secret.py","url":"http://localhost"}""", CursorAllow },
        { "cursor", "result of a server that edits", "{" + CursorCommon + ""","hook_event_name":"postToolUse","tool_name":"MCP:edit_file","tool_output":"{\"content\":[{\"type\":\"text\",\"text\":\"@SECRET2@\"}]}"}""",
            """0|{"updated_mcp_tool_output":{"content":[{"type":"text","text":"MODEL"}]}}|PERSON""" },
        { "cursor", "what is told of a file", "{" + CursorCommon + ""","hook_event_name":"preToolUse","tool_name":"ReadLints","tool_input":{"paths":["src/secret.py"]},"tool_use_id":"u"}""", """0|{"permission":"allow"}|""" },
        { "cursor", "a file elsewhere", "{" + CursorCommon + ""","hook_event_name":"beforeMCPExecution","tool_name":"get_file_contents","tool_input":"{\"repo\":\"heron\",\"path\":\"src/secret.py\"}"}""", """0|{"permission":"allow"}|""" },
        { "cursor", "result of a server", "{" + CursorCommon + ""","hook_event_name":"postToolUse","tool_name":"MCP:get_file","tool_output":"{\"content\":[{\"type\":\"text\",\"text\":\"@SECRET2@\"}]}"}""",
            """0|{"updated_mcp_tool_output":{"content":[{"type":"text","text":"MODEL"}]}}|PERSON""" },
        { "cursor", "harmless result of a server", "{" + CursorCommon + ""","hook_event_name":"postToolUse","tool_name":"MCP:get_file","tool_output":"{\"content\":[]}"}""", "0|{}|" },
        { "cursor", "output of a tool that writes", "{" + CursorCommon + ""","hook_event_name":"postToolUse","tool_name":"Write","tool_output":"@SECRET@"}""", "0|{}|" },
        { "cursor", "file with no text", "{" + CursorCommon + ""","hook_event_name":"beforeReadFile","file_path":"@ROOT@/src/secret.py","content":""}""", CursorDeny },
        { "cursor", "attached folder", "{" + CursorCommon + ""","hook_event_name":"beforeSubmitPrompt","prompt":"explain","attachments":[{"type":"folder","file_path":"@ROOT@/src"}]}""", """2|{"continue":false,"user_message":"PERSON"}|MODEL""" },
        { "cursor", "output", "{" + CursorCommon + ""","hook_event_name":"postToolUse","tool_name":"Shell","tool_output":"@SECRET@"}""", """0|{"user_message":"PERSON"}|""" },
        { "cursor", "stop", "{" + CursorCommon + ""","hook_event_name":"stop","status":"completed"}""", "0|{}|" },

        // Windsurf's Cascade
        { "windsurf", "prompt", "{" + CascadeCommon + ""","agent_action_name":"pre_user_prompt","tool_info":{"user_prompt":"@SECRET@"}}""", "2||PERSON" },
        { "windsurf", "file", "{" + CascadeCommon + ""","agent_action_name":"pre_read_code","tool_info":{"file_path":"@ROOT@/src/secret.py"}}""", "2|PERSON|MODEL" },
        { "windsurf", "folder", "{" + CascadeCommon + ""","agent_action_name":"pre_read_code","tool_info":{"file_path":"@ROOT@/src"}}""", "2|PERSON|MODEL" },
        { "windsurf", "harmless file", "{" + CascadeCommon + ""","agent_action_name":"pre_read_code","tool_info":{"file_path":"@ROOT@/src/open.py"}}""", Silent },
        { "windsurf", "cat", "{" + CascadeCommon + ""","agent_action_name":"pre_run_command","tool_info":{"command_line":"cat src/secret.py","cwd":"@ROOT@"}}""", "2|PERSON|MODEL" },
        { "windsurf", "undecidable command", "{" + CascadeCommon + ""","agent_action_name":"pre_run_command","tool_info":{"command_line":"base64 src/secret.py","cwd":"@ROOT@"}}""", "0|PERSON|" },
        { "windsurf", "search by a command in a folder", "{" + CascadeCommon + ""","agent_action_name":"pre_run_command","tool_info":{"command_line":"rg . src","cwd":"@ROOT@"}}""", "0|PERSON|" },
        { "windsurf", "write", "{" + CascadeCommon + ""","agent_action_name":"pre_write_code","tool_info":{"file_path":"/x.py","edits":[{"old_string":"a","new_string":"@SECRET@"}]}}""", "2|PERSON|MODEL" },
        { "windsurf", "tool of a server", "{" + CascadeCommon + ""","agent_action_name":"pre_mcp_tool_use","tool_info":{"mcp_server_name":"g","mcp_tool_name":"create_issue","mcp_tool_arguments":{"body":"@SECRET@"}}}""", "2|PERSON|MODEL" },
        { "windsurf", "tool of a server that reads", "{" + CascadeCommon + ""","agent_action_name":"pre_mcp_tool_use","tool_info":{"mcp_server_name":"files","mcp_tool_name":"read_file","mcp_tool_arguments":{"path":"@ROOT@/src/secret.py"}}}""", "2|PERSON|MODEL" },
        { "windsurf", "tool of a server that reads and says how", "{" + CascadeCommon + ""","agent_action_name":"pre_mcp_tool_use","tool_info":{"mcp_server_name":"files","mcp_tool_name":"read_file","mcp_tool_arguments":{"path":"@ROOT@/src/secret.py","output_mode":"count"}}}""", "2|PERSON|MODEL" },
        { "windsurf", "tool of a server that writes", "{" + CascadeCommon + ""","agent_action_name":"pre_mcp_tool_use","tool_info":{"mcp_server_name":"read","mcp_tool_name":"write_file","mcp_tool_arguments":{"path":"@ROOT@/src/secret.py"}}}""", Silent },
        { "windsurf", "result of a server", "{" + CascadeCommon + ""","agent_action_name":"post_mcp_tool_use","tool_info":{"mcp_server_name":"g","mcp_tool_name":"t","mcp_result":"@SECRET@"}}""", "0|PERSON|" },
        { "windsurf", "answer", "{" + CascadeCommon + ""","agent_action_name":"post_cascade_response","tool_info":{"response":"@SECRET@"}}""", Silent },

        // Devin, in Windsurf's place
        { "windsurf", "Devin: prompt", """{"hook_event_name":"UserPromptSubmit","session_id":"s1","prompt_id":"p","prompt":"@SECRET@"}""", """2|{"decision":"block","reason":"PERSON","systemMessage":"PERSON"}|PERSON""" },
        { "windsurf", "Devin: read", """{"hook_event_name":"PreToolUse","session_id":"s1","prompt_id":"p","tool_name":"read","tool_input":{"file_path":"@ROOT@/src/secret.py"}}""", """2|{"decision":"block","reason":"MODEL","systemMessage":"PERSON"}|MODEL""" },
        { "windsurf", "Devin: exec", """{"hook_event_name":"PreToolUse","session_id":"s1","prompt_id":"p","tool_name":"exec","tool_input":{"command":"cat @ROOT@/src/secret.py"}}""", """2|{"decision":"block","reason":"MODEL","systemMessage":"PERSON"}|MODEL""" },
        { "windsurf", "Devin: search", """{"hook_event_name":"PreToolUse","session_id":"s1","prompt_id":"p","tool_name":"grep","tool_input":{"pattern":".*","path":"@ROOT@/src/secret.py"}}""", """2|{"decision":"block","reason":"MODEL","systemMessage":"PERSON"}|MODEL""" },
        { "windsurf", "Devin: tool of a server", """{"hook_event_name":"PreToolUse","session_id":"s1","prompt_id":"p","tool_name":"mcp__files__get_text","tool_input":{"path":"@ROOT@/src/secret.py"}}""", """2|{"decision":"block","reason":"MODEL","systemMessage":"PERSON"}|MODEL""" },
        { "windsurf", "Devin: edit", """{"hook_event_name":"PreToolUse","session_id":"s1","prompt_id":"p","tool_name":"edit","tool_input":{"file_path":"@ROOT@/src/secret.py","old_string":"a","new_string":"b"}}""", Silent },
        { "windsurf", "Devin: search in a folder", """{"hook_event_name":"PreToolUse","session_id":"s1","prompt_id":"p","tool_name":"grep","tool_input":{"pattern":"x"}}""", "0||PERSON" },
        { "windsurf", "Devin: harmless", """{"hook_event_name":"PreToolUse","session_id":"s1","prompt_id":"p","tool_name":"glob","tool_input":{"pattern":"x"}}""", Silent },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheAnswerIsTheToolsOwn(string tool, string what, string message, string expected)
    {
        HookReply reply = fixture.Ask(HookTools.Parse(tool)!.Value, message);
        Assert.True(expected == reply.Shape, $"{tool}, {what}:\n{reply.Shape}\nnot\n{expected}");
        string everything = reply.Out + reply.Error;
        foreach (string line in fixture.Secret.Split('\n', StringSplitOptions.RemoveEmptyEntries)) Assert.DoesNotContain(line.Trim(), everything, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePersonLearnsFileLinesAmountRuleAndWhatToDo()
    {
        string reason = fixture.Ask(HookTool.ClaudeCode, "{" + ClaudeCommon + ""","hook_event_name":"UserPromptSubmit","prompt":"Explain @src/secret.py"}""").Json.GetProperty("reason").GetString()!;
        Assert.Matches(@"^LeakScan blocked this: the file src/secret\.py, which the prompt mentions has text of src/secret\.py, lines [12]-6\d[^:]*: \d+ characters, proprietary-code, under the default rules\. Take it out and send again, or ask", reason);
    }

    [Fact]
    public void CodeThatWasChangedIsToldOf()
    {
        const string Protected = """
            def close_ledger(entries, month, tolerance=0.005):
                totals = {}
                for entry in entries:
                    if entry.month != month or entry.voided:
                        continue
                    account = totals.setdefault(entry.account, [0, 0])
                    account[0 if entry.amount > 0 else 1] += abs(entry.amount)
                drift = sum(debit - credit for debit, credit in totals.values())
                while abs(drift) > tolerance:
                    name, (debit, credit) = max(totals.items(), key=lambda pair: pair[1][0])
                    step = min(drift, debit - credit)
                    totals[name] = [debit - step, credit]
                    drift -= step
                return [Balance(name, *sides) for name, sides in sorted(totals.items()) if sides[0] != sides[1]]
            """;
        using HookFixture own = new();
        IndexKey key = IndexKey.Load(own.PathOf("key"));
        using (FingerprintIndexBuilder builder = new(key))
        {
            builder.AddDocument("src/ledger.py", "proprietary-code", Encoding.UTF8.GetBytes(Protected));
            builder.Write(own.PathOf("corp.lsi"));
        }
        string changed = Regex.Replace(Protected, "ledger|entr(y|ies)|month|totals|account|drift|debit|step|sides|amount", word => new string([.. word.Value.Reverse()]));
        using (FingerprintIndex index = FingerprintIndex.Open(own.PathOf("corp.lsi"), key))
        {
            Assert.Equal(Verdict.Allow, new Scanner(index, new ScanOptions { Structure = false }).Scan(Encoding.UTF8.GetBytes(changed), new List<Match>()).Verdict);
        }
        string message = JsonSerializer.Serialize(new { session_id = "s1", cwd = own.Root, hook_event_name = "UserPromptSubmit", prompt = changed });
        Assert.Contains("src/ledger.py", HookFixture.Ask(own.Options(HookTool.ClaudeCode), message).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32 << 20, 2.0, true)]
    [InlineData((32 << 20) + 1, 2.0, false)]
    [InlineData(100_000, 0.001, false)]
    public void OfMoreThanTheDeadlineHasTimeForVerbatimTextAloneIsLookedFor(long bytes, double seconds, bool isLookedFor) =>
        Assert.Equal(isLookedFor, HookRun.LooksForChangedCode(bytes, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void ARuleIsNamedAndTheToolIsTheDestination()
    {
        fixture.Write("leakscan.json", """{"$schema":"leakscan.policy/1","rules":[{"destination":"codex","verdict":"allow"},{"label":"proprietary-code","destination":"cursor","verdict":"warn"},{"label":"proprietary-code","verdict":"block"}]}""");
        string message = fixture.Fill("{" + ClaudeCommon + ""","hook_event_name":"UserPromptSubmit","prompt":"@SECRET@"}""");
        HookReply Ask(HookTool tool, string text) => HookFixture.Ask(fixture.Options(tool) with { Policy = fixture.PathOf("leakscan.json") }, text);
        Assert.Contains("under rule 3 of ", Ask(HookTool.ClaudeCode, message).Json.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("0||", Ask(HookTool.Codex, message).Shape);
        Assert.Equal("""0|{"continue":true,"user_message":"PERSON"}|""", Ask(HookTool.Cursor, fixture.Fill("{" + CursorCommon + ""","hook_event_name":"beforeSubmitPrompt","prompt":"@SECRET@"}""")).Shape);
    }

    [Fact]
    public void EachDecisionIsRecordedWithoutText()
    {
        using HookFixture own = new();
        own.Ask(HookTool.ClaudeCode, "{" + ClaudeCommon + ""","hook_event_name":"UserPromptSubmit","prompt":"@SECRET@"}""");
        own.Ask(HookTool.ClaudeCode, "{" + ClaudeCommon + ""","hook_event_name":"Stop","stop_hook_active":false}""");
        own.Ask(HookTool.Codex, "{" + CodexCommon + ""","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"make"}}""");
        own.Ask(HookTool.Windsurf, "{" + CascadeCommon + ""","agent_action_name":"post_mcp_tool_use","tool_info":{"mcp_result":"@SECRET@"}}""");
        own.Ask(HookTool.Cursor, "nonsense");
        Assert.Equal(
            ["claude-code UserPromptSubmit s1 block True", "codex PreToolUse s1 allow False", "windsurf post_mcp_tool_use s1 block False", "cursor unreadable - block True"],
            own.Audit.Select(a => $"{a.GetProperty("tool")} {a.GetProperty("event")} {(a.TryGetProperty("session", out System.Text.Json.JsonElement s) ? s : "-")} {a.GetProperty("verdict")} {a.GetProperty("stopped")}"));
        Assert.Equal("src/secret.py", own.Audit[0].GetProperty("documents")[0].GetString());
        Assert.True(own.Audit[0].GetProperty("characters").GetInt32() > 1000);
        Assert.True(own.Audit[1].GetProperty("undecidable").GetBoolean());
        Assert.False(string.IsNullOrEmpty(own.Audit[3].GetProperty("error").GetString()));
        string text = File.ReadAllText(own.PathOf("audit.jsonl"));
        foreach (string line in own.Secret.Split('\n', StringSplitOptions.RemoveEmptyEntries)) Assert.DoesNotContain(line.Trim(), text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(own.PathOf("audit.jsonl")));
    }

    [Fact]
    public void CursorThatRunsBothHooksIsAnsweredOnce()
    {
        using HookFixture own = new();
        string message = own.Fill("{" + CursorCommon + ""","hook_event_name":"UserPromptSubmit","prompt":"@SECRET@"}""");
        Assert.Equal("""0|{"decision":"block","reason":"PERSON"}|""", HookFixture.Ask(own.Options(HookTool.ClaudeCode), message).Shape);
        // What a project says is nobody's word; the user's file is tried with the real executable.
        own.Write(".cursor/hooks.json", """{"version":1,"hooks":{"beforeSubmitPrompt":[{"command":"leakscan hook cursor"}]}}""");
        Assert.Equal("""0|{"decision":"block","reason":"PERSON"}|""", HookFixture.Ask(own.Options(HookTool.ClaudeCode), message).Shape);
    }
}
