using System.Text;
using System.Text.Json;

namespace LeakScan.Cli.Hooks;

/// <summary>A settings file of a tool that names its hooks.</summary>
/// <param name="Path">The file.</param>
/// <param name="Style">How entries are written.</param>
sealed record HookFile(string Path, HookFileStyle Style)
{
    /// <summary>The events that are asked for.</summary>
    internal required string[] Events { get; init; }

    /// <summary>The text with our hooks in it. Those of others, comments and layout stay; a second time nothing changes.</summary>
    /// <param name="text">The file's text; empty if there is no file.</param>
    /// <param name="command">What the tool is to run.</param>
    /// <param name="failClosed">Whether a hook that cannot run stops the tool.</param>
    internal string Install(string text, string command, bool failClosed)
    {
        JsonEdit edit = Parse(text);
        if (IsInstalled(edit, command, failClosed)) return text;
        edit = Parse(Uninstall(edit));
        if (Style == HookFileStyle.Cursor && edit.Root["version"] is null) edit.Append(edit.Root, "\"version\": 1");
        if (Wrapper is string wrapper && edit.Root[wrapper] is null) edit.Append(edit.Root, $"\"{wrapper}\": {{}}");
        foreach (string name in Events)
        {
            string entry = Entry(command, failClosed);
            JsonNodeText hooks = HooksOf(edit)!;
            if (hooks[name] is not JsonNodeText list) edit.Append(hooks, $"\"{name}\": [\n  {entry.Replace("\n", "\n  ", StringComparison.Ordinal)}\n]");
            else edit.Append(list, entry);
        }
        string result = Encoding.UTF8.GetString(edit.Text);
        return result.EndsWith('\n') ? result : result + "\n";
    }

    /// <summary>The text without our hooks, and without what is empty then.</summary>
    internal string Uninstall(string text) => text.Length == 0 ? text : Uninstall(Parse(text));

    /// <summary>Whether there is nothing left but what an installation begins with.</summary>
    internal static bool IsEmpty(string text) => text.Trim() is "" or "{}" || text.Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings("") == "{\"version\":1}";

    string Uninstall(JsonEdit edit)
    {
        bool removed = false;
        while (FindOurs(edit) is (JsonNodeText container, int number))
        {
            edit.Remove(container, number);
            removed = true;
        }
        while (removed && FindEmptied(edit) is (JsonNodeText container, int number)) edit.Remove(container, number);
        return Encoding.UTF8.GetString(edit.Text);
    }

    JsonEdit Parse(string text)
    {
        try
        {
            JsonEdit edit = new(Encoding.UTF8.GetBytes(string.IsNullOrWhiteSpace(text) ? "{}" : text.TrimStart('\uFEFF')));
            if (!edit.Root.IsObject) throw new UserException($"{Path}: not a file of settings: it holds no JSON object; nothing was changed");
            if (Wrapper is string wrapper && edit.Root[wrapper] is JsonNodeText { IsObject: false }) throw new UserException($"{Path}: \"{wrapper}\" is no object; nothing was changed");
            if (HooksOf(edit)?.Items.Find(i => Events.Contains(i.Name) && !i.Value.IsArray).Name is string name) throw new UserException($"{Path}: \"{name}\" is no list; nothing was changed");
            return edit;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            JsonException? json = e as JsonException;
            throw new UserException(FormattableString.Invariant($"{Path}:{(json?.LineNumber ?? 0) + 1}:{(json?.BytePositionInLine ?? 0) + 1}: not JSON; nothing was changed"));
        }
    }

    string? Wrapper => Style == HookFileStyle.Bare ? null : "hooks";

    JsonNodeText? HooksOf(JsonEdit edit) => Wrapper is string wrapper ? edit.Root[wrapper] : edit.Root;

    bool IsInstalled(JsonEdit edit, string command, bool failClosed)
    {
        int ours = 0;
        foreach (string name in Events)
        {
            JsonNodeText? list = HooksOf(edit)?[name];
            if (list is null) return false;
            JsonEdit expected = new(Encoding.UTF8.GetBytes(Entry(command, failClosed)));
            if (!list.Items.Exists(i => edit.Compact(i.Value) == expected.Compact(expected.Root))) return false;
            ours++;
        }
        return ours == Count(HooksOf(edit)!);
    }

    static int Count(JsonNodeText node) => (IsOurs(node) ? 1 : 0) + node.Items.Sum(i => Count(i.Value));

    /// <summary>An object that runs a hook of ours.</summary>
    static bool IsOurs(JsonNodeText node) => node.IsObject && node["command"]?.Text is string command && HookSettings.IsOurs(command);

    (JsonNodeText Container, int Number)? FindOurs(JsonEdit edit) => HooksOf(edit) is JsonNodeText hooks ? Find(hooks, IsOurs) : null;

    /// <summary>A group or list, or the hooks themselves, that has become empty.</summary>
    (JsonNodeText Container, int Number)? FindEmptied(JsonEdit edit)
    {
        if (HooksOf(edit) is not JsonNodeText hooks) return null;
        foreach (JsonNodeText.Child item in hooks.Items)
        {
            if (!item.Value.IsArray) continue;
            int group = item.Value.Items.FindIndex(g => g.Value.IsObject && g.Value["hooks"] is { IsArray: true, Items.Count: 0 });
            if (group >= 0) return (item.Value, group);
        }
        int list = hooks.Items.FindIndex(i => Events.Contains(i.Name) && i.Value is { IsArray: true, Items.Count: 0 });
        if (list >= 0) return (hooks, list);
        return Wrapper is string wrapper && hooks.Items.Count == 0 ? (edit.Root, edit.Root.Items.FindIndex(i => i.Name == wrapper)) : null;
    }

    static (JsonNodeText Container, int Number)? Find(JsonNodeText node, Predicate<JsonNodeText> what)
    {
        for (int i = 0; i < node.Items.Count; i++)
        {
            if (what(node.Items[i].Value)) return (node, i);
            if (Find(node.Items[i].Value, what) is (JsonNodeText, int) found) return found;
        }
        return null;
    }

    /// <summary>What stands in the list of an event. Without a matcher it is for all tools, and no two tools agree on how to write that otherwise.</summary>
    string Entry(string command, bool failClosed)
    {
        string quoted = JsonEncodedText.Encode(command, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        return Style switch
        {
            HookFileStyle.Cursor => $$"""{ "command": "{{quoted}}", "timeout": {{HookSettings.TimeoutSeconds}}{{(failClosed ? ", \"failClosed\": true" : "")}} }""",
            HookFileStyle.Cascade => $$"""{ "command": "{{quoted}}", "show_output": true }""",
            _ => $$"""{ "hooks": [{ "type": "command", "command": "{{quoted}}", "timeout": {{HookSettings.TimeoutSeconds}} }] }""",
        };
    }
}

/// <summary>How a tool writes its hooks down.</summary>
enum HookFileStyle
{
    /// <summary>Below "hooks": a list of groups for each event.</summary>
    Groups,

    /// <summary>A list of groups for each event, at the top.</summary>
    Bare,

    /// <summary>Below "hooks" a flat list for each event, with "version": 1 beside it; what cannot be run may be made to block.</summary>
    Cursor,

    /// <summary>Below "hooks" a flat list for each event.</summary>
    Cascade,
}
