using System.Numerics;

namespace LeakScan.Primitives;

/// <summary>One AES round in portable code, for machines without the instruction (FIPS 197, section 5.1; byte 0 is the state's lowest).</summary>
static class AesRound
{
    // Column tables: SubBytes and MixColumns of one byte; row r of a column uses the table turned by r bytes.
    static readonly uint[] s_columns = MakeColumns();

    /// <summary>MixColumns(ShiftRows(SubBytes(state))) ^ key.</summary>
    internal static UInt128 Encrypt(UInt128 state, UInt128 key)
    {
        UInt128 result = 0;
        for (int column = 3; column >= 0; column--)
        {
            uint mixed = 0;
            for (int row = 0; row < 4; row++)
            {
                byte value = (byte)(state >> 8 * (4 * (column + row & 3) + row));
                mixed ^= BitOperations.RotateLeft(s_columns[value], 8 * row);
            }
            result = result << 32 | mixed;
        }
        return result ^ key;
    }

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
