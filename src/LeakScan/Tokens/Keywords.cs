using System.Runtime.CompilerServices;
using System.Text;

namespace LeakScan.Tokens;

/// <summary>The words that structure keeps: those of the languages themselves, which nobody renames.</summary>
// One list for all languages, since text does not say what it is written in, so a word of one language is kept in all others too. That
// hides a changed name wherever the word is a name there: what is a favourite name in any language (key, value, list, error, result, ...)
// is a name in all. Besides keywords the list has what a language's programs cannot do without (types, literals). It is part of the
// index format, and of the model of structural idioms.
static class Keywords
{
    static readonly string[] s_words = (
        "abstract and append as assert async await begin bool boolean break byte case catch char class cls cmp const continue crate def default defer "
        + "del delete dict do double dyn elif else end enum esac except export extends extern false fi final finally float fn for foreach from func "
        + "function go goto if impl implements import in instanceof int interface is lambda len let long loop make map match mod move mut namespace "
        + "new nil none not null or override package panic private promise protected pub public raise range readonly ref return select self short "
        + "signed sizeof some static str string struct super switch then this throw throws trait true try type typedef typeof undefined union unsafe "
        + "unsigned use using usize var vec virtual void where while with yield").Split(' ');

    internal const int SlotBits = 11;

    /// <summary>The bits of a slot that are the word's token; the others are those of its hash.</summary>
    internal const uint TokenMask = 0x7F;

    // A table in which each word has a slot of its own, small enough for the nearest cache, where it stays; 0 is empty.
    internal static readonly uint[] s_slots = MakeSlots(out s_multiplier);
    internal static readonly uint s_multiplier;

    internal static int Count => s_words.Length;

    /// <summary>The slot of a word with this hash, if it is a keyword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint SlotOf(uint hash, uint multiplier) => hash * multiplier >> 32 - SlotBits;

    /// <summary>The token of the keyword with this hash; 0 if it is none.</summary>
    internal static uint Find(uint hash)
    {
        uint slot = s_slots[SlotOf(hash, s_multiplier)];
        return ((slot ^ hash) & ~TokenMask) == 0 ? slot & TokenMask : Token.None;
    }

    static uint[] MakeSlots(out uint multiplier)
    {
        uint[] hashes = [.. s_words.Select(word => Lexer.HashOf(Encoding.ASCII.GetBytes(word)))];
        uint[] slots = GC.AllocateArray<uint>(1 << SlotBits, pinned: true);
        for (multiplier = 0x9E3779B9; ; multiplier += 2)
        {
            Array.Clear(slots);
            int placed = 0;
            while (placed < hashes.Length)
            {
                ref uint slot = ref slots[SlotOf(hashes[placed], multiplier)];
                if (slot != 0) break;
                slot = hashes[placed] & ~TokenMask | Token.OfKeyword(placed++);
            }
            if (placed == hashes.Length) return slots;
        }
    }
}
