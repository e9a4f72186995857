namespace LeakScan.Peers;

/// <summary>What became of a passage on its way out.</summary>
enum Wrapping
{
    /// <summary>A record without a passage.</summary>
    Clean,

    Verbatim,

    /// <summary>Every line indented by another amount.</summary>
    Reindented,

    /// <summary>A JSON string.</summary>
    JsonEscaped,

    /// <summary>As <c>cat -n</c> prints it.</summary>
    Numbered,
}
