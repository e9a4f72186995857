using System.Buffers.Binary;
using System.Numerics;
using LeakScan.Primitives;

namespace LeakScan.Fingerprints;

/// <summary>The keyed order of k-grams that decides which are selected: one byte a k-gram.</summary>
// The order value of the k-gram that ends at i is built by doubling, each step one linear map over GF(2) (a random
// invertible matrix derived from the key) and one addition modulo 256, which is not linear over GF(2):
//
//   h1[i]  = M0 x[i]                     x: canonical bytes
//   h2[i]  = M1 h1[i-1] + h1[i]
//   h4[i]  = M2 h2[i-2] + h2[i]
//   h8[i]  = M3 h4[i-4] + h4[i]
//   h16[i] = M4 h8[i-8] + h8[i]
//   h24[i] = M5 h16[i-8] + h8[i]
//
// so a value depends on the 24 bytes up to i and on nothing else, and costs six instructions that a register of 16 to 64
// bytes shares. Eight bits are enough: ties within a window are all selected, which costs a few per cent of density.
sealed class SelectionOrder
{
    const int Maps = 6;

    /// <summary>Number of the map M1 M0, which saves applying M0 twice.</summary>
    internal const int FirstTwo = Maps;

    internal const int TableBytes = 256;

    readonly ulong[] _matrices = new ulong[Maps + 1];
    readonly byte[] _tables = new byte[(Maps + 1) * TableBytes];
    readonly byte[][] _lowTables = new byte[Maps + 1][];
    readonly byte[][] _highTables = new byte[Maps + 1][];

    internal SelectionOrder(ReadOnlySpan<byte> key)
    {
        Span<byte> block = stackalloc byte[KeyedHash.SizeBytes];
        Span<byte> counter = stackalloc byte[4];
        int drawn = 0;
        for (int map = 0; map < Maps; drawn++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(counter, drawn);
            KeyedHash.Compute(key, counter, block);
            ulong matrix = BinaryPrimitives.ReadUInt64LittleEndian(block);
            if (!IsInvertible(matrix)) continue; // 29 % of random matrices are
            Set(map++, matrix);
        }
        ulong product = 0;
        for (int bit = 0; bit < 8; bit++)
        {
            byte column = Table(1)[Table(0)[1 << bit]];
            for (int row = 0; row < 8; row++) product |= (ulong)(column >> row & 1) << 8 * (7 - row) + bit;
        }
        Set(FirstTwo, product);
    }

    void Set(int map, ulong matrix)
    {
        _matrices[map] = matrix;
        Span<byte> table = _tables.AsSpan(map * TableBytes, TableBytes);
        for (int value = 0; value < table.Length; value++) table[value] = Multiply(matrix, (byte)value);
        _lowTables[map] = table[..16].ToArray();
        _highTables[map] = new byte[16];
        for (int nibble = 0; nibble < 16; nibble++) _highTables[map][nibble] = table[nibble << 4];
    }

    internal ulong Matrix(int map) => _matrices[map];

    /// <summary>The map as a table of all 256 values.</summary>
    internal ReadOnlySpan<byte> Table(int map) => _tables.AsSpan(map * TableBytes, TableBytes);

    /// <summary>All tables, by number of the map.</summary>
    internal ReadOnlySpan<byte> Tables => _tables;

    /// <summary>The map of the values 0 to 15; the map of a byte is the exclusive or of its nibbles' maps.</summary>
    internal ReadOnlySpan<byte> LowTable(int map) => _lowTables[map];

    /// <summary>The map of the values 0x00, 0x10, ... 0xF0.</summary>
    internal ReadOnlySpan<byte> HighTable(int map) => _highTables[map];

    // Output bit r is the parity of the input under row r, which is byte 7 - r of the matrix: the layout of GF2P8AFFINEQB.
    static byte Multiply(ulong matrix, byte value)
    {
        int result = 0;
        for (int row = 0; row < 8; row++) result |= (BitOperations.PopCount((uint)(byte)(matrix >> 8 * (7 - row)) & value) & 1) << row;
        return (byte)result;
    }

    static bool IsInvertible(ulong matrix)
    {
        Span<byte> rows = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(rows, matrix);
        for (int column = 0; column < 8; column++)
        {
            int pivot = column;
            while (pivot < 8 && (rows[pivot] >> column & 1) == 0) pivot++;
            if (pivot == 8) return false;
            (rows[pivot], rows[column]) = (rows[column], rows[pivot]);
            for (int row = column + 1; row < 8; row++)
            {
                if ((rows[row] >> column & 1) != 0) rows[row] ^= rows[column];
            }
        }
        return true;
    }
}
