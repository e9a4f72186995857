using System.Text;

namespace LeakScan.Tokens;

/// <summary>The words that structure keeps: those of the languages themselves, which nobody renames.</summary>
// One list for all languages, since text does not say what it is written in. A word that is a keyword in one language and a name in
// another is kept in both, which costs a little where it is renamed. Besides keywords it has what a language's programs cannot do
// without (types, literals, constructors that need no import). The list is part of the index format.
static class Keywords
{
    static readonly string[] s_words = (
        "abstract and append as assert async await begin bool boolean box break byte case catch char class cls cmp const continue copy "
        + "crate def default defer del delete dict do done double dyn elif else end enum err error esac except export extends extern false fi final "
        + "finally float fn for foreach from func function get global go goto if impl implements import in instanceof int interface is "
        + "lambda len let list long loop make map match mod module move mut namespace new nil none not null number object ok operator "
        + "option or override package panic pass print private promise protected pub public raise range readonly ref result return self "
        + "set short signed sizeof some static str string struct super switch template then this throw throws trait true try type typedef typeof "
        + "undefined union unsafe unsigned use using usize var vec virtual void where while with yield "
        + "create from group insert into join key order primary select table update values by").Split(' ').Distinct().ToArray();

    const int SlotBits = 11;

    // Open addressing by the hash of the word; a slot holds hash and number.
    static readonly (uint Hash, int Number)[] s_slots = MakeSlots();

    internal static int Count => s_words.Length;

    /// <summary>The number of the keyword with this hash, from 0; -1 if it is none.</summary>
    internal static int Find(uint hash)
    {
        uint slot = hash >> 32 - SlotBits;
        while (s_slots[slot].Number >= 0)
        {
            if (s_slots[slot].Hash == hash) return s_slots[slot].Number;
            slot = (slot + 1) & ((1 << SlotBits) - 1);
        }
        return -1;
    }

    static (uint, int)[] MakeSlots()
    {
        (uint Hash, int Number)[] slots = new (uint, int)[1 << SlotBits];
        Array.Fill(slots, (0u, -1));
        for (int number = 0; number < s_words.Length; number++)
        {
            uint hash = Lexer.HashOf(Encoding.ASCII.GetBytes(s_words[number]));
            uint slot = hash >> 32 - SlotBits;
            while (slots[slot].Number >= 0) slot = (slot + 1) & ((1 << SlotBits) - 1);
            slots[slot] = (hash, number);
        }
        return slots;
    }
}
