using System.Text;

namespace LeakScan.Sources.Transcripts;

/// <summary>Finds the meaning of a name in UTF-8 without making a string of it.</summary>
sealed class NameTable<T> where T : struct
{
    readonly (byte[] Name, T Value)[][] _byLength;

    internal NameTable(params (string Name, T Value)[] names)
    {
        _byLength = [.. Enumerable.Range(0, names.Max(n => n.Name.Length) + 1)
            .Select(length => names.Where(n => n.Name.Length == length).Select(n => (Encoding.UTF8.GetBytes(n.Name), n.Value)).ToArray())];
    }

    /// <summary>The meaning, or the default of its type.</summary>
    internal T Find(ReadOnlySpan<byte> name)
    {
        if (name.Length >= _byLength.Length) return default;
        foreach ((byte[] known, T value) in _byLength[name.Length])
        {
            if (name.SequenceEqual(known)) return value;
        }
        return default;
    }
}
