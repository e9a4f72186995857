using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LeakScan.Indexing;

/// <summary>Fingerprints of one partition as they are kept while building: nine bytes each, where two numbers and a position would be sixteen.</summary>
// Memory that is touched for the first time costs more than all that is done with it, so what is kept is packed:
//
//   run    position of the first (6 bytes), length of the run in bytes (2), entries
//   entry  the fingerprint but its first byte, which the partition says (7), step (2, or 4 if its lowest bit is set)
//   step   distance to the position of the entry before << 2 | public << 1 | wide
//
// Positions are those in the concatenation of all documents in order of arrival. One thread's only rise, by 2300 a partition on
// average, so a step is wide once in a thousand, and too wide for 30 bits only between documents: there a new run begins.
static class FingerprintRun
{
    internal const int HeaderBytes = 8;
    internal const int MaxEntryBytes = FingerprintBytes + sizeof(uint);
    const int FingerprintBytes = 7;
    const int PositionBits = 48;
    const int PublicFlag = 2;
    const int WideFlag = 1;
    const long MaxNarrowStep = (1L << 14) - 1;
    const long MaxStep = (1L << 30) - 1;

    internal static bool IsFarther(long step) => step > MaxStep;

    internal static void WriteHeader(Span<byte> run, long position)
    {
        Debug.Assert(position >> PositionBits == 0);
        BinaryPrimitives.WriteUInt64LittleEndian(run, (ulong)position | (ulong)run.Length << PositionBits);
    }

    /// <summary>Writes an entry and returns its length. It is given <see cref="MaxEntryBytes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int WriteEntry(Span<byte> entry, ulong fingerprint, long step, bool isPublic)
    {
        Debug.Assert(step is >= 0 and <= MaxStep);
        uint value = (uint)step << 2 | (isPublic ? (uint)PublicFlag : 0);
        BinaryPrimitives.WriteUInt64LittleEndian(entry, fingerprint);
        if (step <= MaxNarrowStep)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(entry[FingerprintBytes..], (ushort)value);
            return FingerprintBytes + sizeof(ushort);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(entry[FingerprintBytes..], value | WideFlag);
        return FingerprintBytes + sizeof(uint);
    }

    /// <summary>Reads runs, one after the other.</summary>
    /// <param name="runs">Their bytes.</param>
    /// <param name="partition">What the fingerprints begin with.</param>
    /// <param name="order">Says where positions are.</param>
    /// <param name="found">Receives the entries.</param>
    /// <returns>The number of entries.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Read(ReadOnlySpan<byte> runs, int partition, ArrivalOrder order, Span<FoundFingerprint> found)
    {
        int count = 0;
        while (!runs.IsEmpty)
        {
            ulong header = BinaryPrimitives.ReadUInt64LittleEndian(runs);
            ReadOnlySpan<byte> run = runs[..(int)(header >> PositionBits)];
            runs = runs[run.Length..];
            long position = (long)(header & (1UL << PositionBits) - 1);
            int document = -1;
            for (int at = HeaderBytes; at < run.Length; count++)
            {
                ulong fingerprint = BinaryPrimitives.ReadUInt64LittleEndian(run[at..]) & ulong.MaxValue >> 8 | (ulong)partition << 56;
                at += FingerprintBytes;
                uint step = BinaryPrimitives.ReadUInt16LittleEndian(run[at..]);
                at += sizeof(ushort);
                if ((step & WideFlag) != 0)
                {
                    step = BinaryPrimitives.ReadUInt32LittleEndian(run[(at - sizeof(ushort))..]);
                    at += sizeof(ushort);
                }
                if ((step & PublicFlag) != 0)
                {
                    found[count] = new(fingerprint, FoundFingerprint.Public);
                    continue;
                }
                position += step >> 2;
                document = document < 0 ? order.DocumentAt(position) : order.DocumentAt(position, document);
                found[count] = new(fingerprint, order.PlaceOf(position, document));
            }
        }
        return count;
    }
}
