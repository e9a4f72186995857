namespace LeakScan.Benchmarks.Data;

/// <summary>Kinds of text that differ in what the engine has to do with them. All are made up, from a seed.</summary>
enum TextKind
{
    /// <summary>Indented lines of calls and conditions.</summary>
    Code,

    /// <summary>Sentences and paragraphs of ASCII.</summary>
    Prose,

    /// <summary>Lines of chat messages, with code and its escapes in them.</summary>
    Json,

    /// <summary>Ideographs of three bytes, with some ASCII words.</summary>
    Cjk,

    /// <summary>Lines of 76 characters.</summary>
    Base64,

    /// <summary>Code without white space, in one line.</summary>
    Minified,
}
