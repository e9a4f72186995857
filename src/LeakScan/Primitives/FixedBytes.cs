using System.Reflection;

namespace LeakScan.Primitives;

/// <summary>Bytes that are read and stay where they are. Immutable, thread-safe.</summary>
sealed unsafe class FixedBytes
{
    readonly byte[]? _pinned; // kept by this
    readonly byte* _start;
    readonly int _length;

    /// <summary>Copies them.</summary>
    internal FixedBytes(ReadOnlySpan<byte> bytes)
    {
        _pinned = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(_pinned);
        // SAFETY: the array is pinned, and kept.
        fixed (byte* start = _pinned) _start = start;
        _length = bytes.Length;
    }

    /// <summary>Reads a resource where its assembly has it, so that of megabytes only the pages are fetched that are looked at.</summary>
    internal FixedBytes(Assembly assembly, string name)
    {
        // SAFETY: an assembly's resources are there for as long as its code is.
        using UnmanagedMemoryStream stream = (UnmanagedMemoryStream)assembly.GetManifestResourceStream(name)!;
        _start = stream.PositionPointer;
        _length = (int)stream.Length;
    }

    internal ReadOnlySpan<byte> Span => new(_start, _length);
}
