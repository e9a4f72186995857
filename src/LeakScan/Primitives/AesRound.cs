using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LeakScan.Primitives;

/// <summary>One AES round in portable code, for machines without the instruction (FIPS 197, section 5.1; byte 0 is the state's lowest).</summary>
static class AesRound
{
    // Column tables: SubBytes and MixColumns of one byte in row 0; in row r the column is turned by r bytes.
    static readonly uint[] s_rows = MakeColumns() is var columns
        ? [.. columns, .. columns.Select(c => BitOperations.RotateLeft(c, 8)), .. columns.Select(c => BitOperations.RotateLeft(c, 16)), .. columns.Select(c => BitOperations.RotateLeft(c, 24))]
        : [];

    /// <summary>MixColumns(ShiftRows(SubBytes(state))) ^ key, in halves: bytes 0 to 7, bytes 8 to 15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (ulong Low, ulong High) Encrypt(ulong low, ulong high, ulong keyLow, ulong keyHigh)
    {
        // SAFETY: four tables of 256 are read at bytes.
        ref uint rows = ref MemoryMarshal.GetArrayDataReference(s_rows);
        // ShiftRows: column c is made of the bytes 4 (c + r) + r.
        ulong column2 = Column(ref rows, (byte)high, (byte)(high >> 40), (byte)(low >> 16), (byte)(low >> 56));
        ulong column3 = Column(ref rows, (byte)(high >> 32), (byte)(low >> 8), (byte)(low >> 48), (byte)(high >> 24));
        return (EncryptLow(low, high, keyLow), (column2 | column3 << 32) ^ keyHigh);
    }

    /// <summary>The low half alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong EncryptLow(ulong low, ulong high, ulong keyLow)
    {
        // SAFETY: as above.
        ref uint rows = ref MemoryMarshal.GetArrayDataReference(s_rows);
        ulong column0 = Column(ref rows, (byte)low, (byte)(low >> 40), (byte)(high >> 16), (byte)(high >> 56));
        ulong column1 = Column(ref rows, (byte)(low >> 32), (byte)(high >> 8), (byte)(high >> 48), (byte)(low >> 24));
        return (column0 | column1 << 32) ^ keyLow;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Column(ref uint rows, byte row0, byte row1, byte row2, byte row3) =>
        Unsafe.Add(ref rows, (nint)row0) ^ Unsafe.Add(ref rows, (nint)row1 + 256) ^ Unsafe.Add(ref rows, (nint)row2 + 512) ^ Unsafe.Add(ref rows, (nint)row3 + 768);

    static uint[] MakeColumns()
    {
        uint[] columns = new uint[256];
        // p runs through all of GF(2^8)* as powers of 3, q through their inverses (FIPS 197, section 5.1.1).
        byte p = 1, q = 1;
        do
        {
            p = (byte)(p ^ p << 1 ^ ((p & 0x80) != 0 ? 0x1B : 0));
            q ^= (byte)(q << 1);
            q ^= (byte)(q << 2);
            q ^= (byte)(q << 4);
            if ((q & 0x80) != 0) q ^= 0x09;
            byte substituted = (byte)(q ^ byte.RotateLeft(q, 1) ^ byte.RotateLeft(q, 2) ^ byte.RotateLeft(q, 3) ^ byte.RotateLeft(q, 4) ^ 0x63);
            columns[p] = Column(substituted);
        }
        while (p != 1);
        columns[0] = Column(0x63);
        return columns;
    }

    static uint Column(byte value)
    {
        byte doubled = (byte)(value << 1 ^ ((value & 0x80) != 0 ? 0x1B : 0));
        return doubled | (uint)value << 8 | (uint)value << 16 | (uint)(byte)(doubled ^ value) << 24;
    }
}
