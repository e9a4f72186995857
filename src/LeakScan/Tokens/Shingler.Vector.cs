using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LeakScan.Tokens;

sealed partial class Shingler
{
    static readonly Vector512<ulong> s_powers = Vector512.Create([.. Enumerable.Range(1, Vector512<ulong>.Count).Select(Power)]);

    // In three passes: which names are used again, 64 tokens at a time; what each token changes, from the tables; then the recurrence
    // hash' = hash base + change, eight tokens at a time, as a prefix sum (Hillis and Steele 1986): after adding to each lane the one before
    // it times the base, the one two before it times its square, and the one four before it times the fourth power, a lane holds what all
    // up to it change, and lacks only the hash before the eight times a power of the base.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void AppendVector(ReadOnlySpan<byte> codes, Span<ulong> hashes, int done)
    {
        // SAFETY: the arrays have room for a vector and a shingle behind the sequence; changes are written and read within hashes, whose length is that of codes.
        FindNextUses(codes.Length);
        ref byte leaving = ref MemoryMarshal.GetArrayDataReference(_codes);
        ref byte nextUse = ref MemoryMarshal.GetArrayDataReference(_nextUse);
        ref ulong enter = ref MemoryMarshal.GetArrayDataReference(s_enter);
        ref ulong leave = ref MemoryMarshal.GetArrayDataReference(s_leave);
        ref ulong renew = ref MemoryMarshal.GetArrayDataReference(s_renew);
        ref ulong changes = ref MemoryMarshal.GetReference(hashes);
        int count = codes.Length;
        for (nint i = done; i < count; i++)
            Unsafe.Add(ref changes, i) = Unsafe.Add(ref enter, (nint)Unsafe.Add(ref leaving, i + Length)) - Unsafe.Add(ref leave, (nint)Unsafe.Add(ref leaving, i)) + Unsafe.Add(ref renew, (nint)Unsafe.Add(ref nextUse, i));

        Vector512<ulong> powers = s_powers, second = Vector512.Create(powers[1]), fourth = Vector512.Create(powers[3]), first = Vector512.Create(Base);
        Vector512<ulong> last = Vector512.Create((ulong)7), one = Vector512<ulong>.One;
        Vector512<ulong> before = Vector512.Create(_hash);
        nint at = done;
        for (; at <= count - Vector512<ulong>.Count; at += Vector512<ulong>.Count)
        {
            Vector512<ulong> hash = Vector512.LoadUnsafe(ref changes, (nuint)at);
            hash += Avx512F.AlignRight64(hash, Vector512<ulong>.Zero, 7) * first;
            hash += Avx512F.AlignRight64(hash, Vector512<ulong>.Zero, 6) * second;
            hash += Avx512F.AlignRight64(hash, Vector512<ulong>.Zero, 4) * fourth;
            hash += before * powers;
            (hash | one).StoreUnsafe(ref changes, (nuint)at);
            before = Avx512F.PermuteVar8x64(hash, last);
        }
        ulong rest = before.ToScalar();
        for (; at < count; at++)
        {
            rest = rest * Base + Unsafe.Add(ref changes, at);
            Unsafe.Add(ref changes, at) = rest | 1;
        }
        _hash = rest;
    }

    /// <summary>Fills in for each token that leaves how many tokens on its name is used next.</summary>
    void FindNextUses(int count)
    {
        // SAFETY: vectors are read and written up to a shingle and a vector behind the sequence, for which there is room.
        ref byte code = ref MemoryMarshal.GetArrayDataReference(_codes);
        ref byte nextUse = ref MemoryMarshal.GetArrayDataReference(_nextUse);
        for (int i = 0; i < count; i += Vector512<byte>.Count)
        {
            Vector512<byte> next = Vector512<byte>.Zero;
            for (int d = 1; d < Length; d++)
            {
                // Of the codes there are, those of names that were used d tokens ago lie next to each other.
                Vector512<byte> hash = Vector512.LoadUnsafe(ref code, (nuint)(i + d)) - Vector512.Create((byte)TokenCoder.FirstAt(d));
                next = Vector512.ConditionalSelect(Vector512.LessThan(hash, Vector512.Create((byte)(TokenCoder.FirstAt(d + 1) - TokenCoder.FirstAt(d)))), Vector512.Create((byte)d), next);
            }
            next.StoreUnsafe(ref nextUse, (nuint)i);
        }
    }
}
