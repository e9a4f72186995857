using LeakScan.Sources.Transcripts;

namespace LeakScan.Sources.Databases;

/// <summary>What is known of the tables of Cursor and Devin: whose text a value is, and whether it was sent.</summary>
// Neither client could be run here; this rests on what others found out. So every value of every table is read, and one of which
// nothing is known counts as sent.
static class DatabaseRows
{
    const string CursorState = "cursorDiskKV";
    const string EditorItems = "ItemTable";

    // What an editor keeps for itself: files before and after an edit, diffs that are shown, checkpoints to go back to.
    static readonly string[] s_localKeys = ["composer.content.", "checkpointId:", "codeBlockDiff:", "codeBlockPartialInlineDiffFates:", "inlineDiff"];

    // KIND:COMPOSER and KIND:COMPOSER:BUBBLE.
    static readonly string[] s_talkKeys = ["bubbleId", "composerData", "messageRequestContext", "checkpointId", "codeBlockDiff"];

    // The one table of an editor holds all that its parts remember; these are talks.
    static readonly string[] s_sentItems = ["aiService.prompts", "workbench.panel.aichat.view.aichat.chatdata"];

    static readonly string[] s_localColumns = ["prompt_history.content", "sessions.title", "sessions.cogs_json"];

    internal static readonly string[] SessionColumns = ["session_id", "conversation_id"];

    internal static readonly string[] TurnColumns = ["node_id", "tool_call_id", "id"];

    internal static bool IsKeyed(string table) => table is CursorState or EditorItems;

    /// <summary>The context of a value under a key: <c>bubbleId:composer:bubble</c> and the like.</summary>
    internal static LineContext OfKey(string table, string key, in LineContext file)
    {
        bool isLocal = file.IsLocal
            || (table == EditorItems && Array.IndexOf(s_sentItems, key) < 0)
            || Array.Exists(s_localKeys, prefix => key.StartsWith(prefix, StringComparison.Ordinal));
        string[] parts = key.Split(':');
        bool isTalk = table == CursorState && parts.Length > 1 && Array.IndexOf(s_talkKeys, parts[0]) >= 0;
        return file with { IsLocal = isLocal, Session = isTalk ? parts[1] : null, Turn = isTalk && parts.Length > 2 ? parts[2] : null };
    }

    /// <summary>The context of a value in a column.</summary>
    internal static LineContext OfColumn(string table, string column, string? session, string? turn, string? project, in LineContext file) => file with
    {
        IsLocal = file.IsLocal || Array.IndexOf(s_localColumns, $"{table}.{column}") >= 0,
        Session = session,
        Turn = turn,
        Project = project,
    };
}
