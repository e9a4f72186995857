using System.Numerics;
using System.Runtime.InteropServices;
using LeakScan.Primitives;
using LeakScan.Simd;

namespace LeakScan.Sketches;

/// <summary>The minima of the last n blocks of a text, for several n at once. Not thread-safe; no allocation after construction.</summary>
// A minimum does not mind if something is counted twice, so the window of n blocks is the minimum of two windows of 2^k <= n
// blocks that overlap, and these are built by doubling:
//
//   level 0   the blocks
//   level k   level k-1 at this block, level k-1 2^(k-1) blocks ago
//   window n  level k at this block, level k n - 2^k blocks ago      (2^k <= n < 2^(k+1))
//
// So a block costs one minimum of 128 lanes a level, and a window that is asked for at most one more, whatever its length. The usual
// queue of two stacks costs about three a window, in bursts, and is for operations that do mind.
sealed class RollingSketch
{
    const int SlotBytes = SketchParameters.Bins * sizeof(uint);

    readonly SimdTier _tier;
    readonly int[] _windows;
    readonly AlignedBytes _slots;
    readonly int[] _firstSlot; // of a level, in _slots; the last one's is that of the scratch slot
    readonly int[] _slotMask; // of a level: so many slots, less one

    /// <param name="tier">Instructions to use; the result is the same with all.</param>
    /// <param name="windows">Lengths of windows in blocks, 1 or more each; a window is asked for by its place in this list.</param>
    internal RollingSketch(SimdTier tier, ReadOnlySpan<int> windows)
    {
        _tier = tier;
        _windows = windows.ToArray();
        int longest = 1;
        foreach (int blocks in windows)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1, nameof(windows));
            longest = Math.Max(longest, blocks);
        }
        int levels = BitOperations.Log2((uint)longest) + 1;
        (_firstSlot, _slotMask) = (new int[levels + 1], new int[levels]);
        for (int level = 0; level < levels; level++)
        {
            int reach = level < levels - 1 ? 1 << level : 0;
            foreach (int blocks in windows)
            {
                if (BitOperations.Log2((uint)blocks) == level) reach = Math.Max(reach, blocks - (1 << level));
            }
            int slots = (int)BitOperations.RoundUpToPowerOf2((uint)reach + 1);
            (_slotMask[level], _firstSlot[level + 1]) = (slots - 1, _firstSlot[level] + slots);
        }
        _slots = new AlignedBytes((_firstSlot[levels] + 1) * SlotBytes);
        Reset();
    }

    /// <summary>Blocks since the text began. A window that is longer holds all of them.</summary>
    internal long Blocks { get; private set; }

    /// <summary>Begins another text.</summary>
    internal void Reset()
    {
        Blocks = 0;
        MemoryMarshal.Cast<byte, uint>(_slots.Span(0, _slots.Length)).Fill(SketchParameters.Empty);
    }

    /// <summary>Adds the next block of the text.</summary>
    /// <param name="minima">Its <see cref="SketchParameters.Bins"/> minima; copied.</param>
    internal void Push(ReadOnlySpan<uint> minima)
    {
        minima[..SketchParameters.Bins].CopyTo(Slot(0, Blocks));
        for (int level = 1; level < _slotMask.Length; level++)
        {
            BlockSketch.Unite(Slot(level - 1, Blocks), Slot(level - 1, Blocks - (1L << (level - 1))), Slot(level, Blocks), _tier);
        }
        Blocks++;
    }

    /// <summary>The minima of the last blocks.</summary>
    /// <param name="window">Place in the list of windows given at construction.</param>
    /// <returns><see cref="SketchParameters.Bins"/> minima, good until the next call of any method; those of the empty set before the first block.</returns>
    internal ReadOnlySpan<uint> Window(int window)
    {
        int blocks = _windows[window];
        int level = BitOperations.Log2((uint)blocks);
        int rest = blocks - (1 << level);
        Span<uint> latest = Slot(level, Blocks - 1);
        if (rest == 0) return latest;
        Span<uint> minima = SlotAt(_firstSlot[^1]);
        BlockSketch.Unite(latest, Slot(level, Blocks - 1 - rest), minima, _tier);
        return minima;
    }

    Span<uint> Slot(int level, long block) => SlotAt(_firstSlot[level] + (int)(block & _slotMask[level]));

    Span<uint> SlotAt(int slot) => MemoryMarshal.Cast<byte, uint>(_slots.Span(slot * SlotBytes, SlotBytes));
}
