using System.Text;

namespace LeakScan.Benchmarks.Data;

/// <summary>Makes text of a kind, the same for the same seed.</summary>
sealed class MadeUpText
{
    const int Words = 6000;

    readonly Random _random;
    readonly byte[][] _words;
    byte[] _text = [];
    int _length;

    MadeUpText(int seed)
    {
        _random = new Random(seed);
        _words = new byte[Words][];
        string[] syllables = ["ba", "ren", "to", "mix", "lo", "gar", "ne", "pel", "su", "dra", "vi", "con", "te", "or", "kil", "a", "ster", "y", "shu", "ed"];
        for (int i = 0; i < Words; i++)
        {
            string word = "";
            for (int n = 1 + _random.Next(4); n > 0; n--) word += syllables[_random.Next(syllables.Length)];
            _words[i] = Encoding.ASCII.GetBytes(word);
        }
    }

    internal static byte[] Make(TextKind kind, int bytes, int seed = 1)
    {
        byte[] result = new byte[bytes];
        Fill(kind, result, seed);
        return result;
    }

    internal static void Fill(TextKind kind, Span<byte> destination, int seed = 1)
    {
        MadeUpText maker = new(seed);
        const int PieceBytes = 64 * 1024;
        while (destination.Length > 0)
        {
            maker._length = 0;
            while (maker._length < Math.Min(destination.Length, PieceBytes)) maker.Unit(kind);
            int take = Math.Min(destination.Length, maker._length);
            maker._text.AsSpan(0, take).CopyTo(destination);
            destination = destination[take..];
        }
    }

    void Unit(TextKind kind)
    {
        switch (kind)
        {
            case TextKind.Code:
                CodeLine("\n"u8);
                break;
            case TextKind.Prose:
                Sentence(" "u8);
                if (_random.Next(6) == 0) Add("\n\n"u8);
                break;
            case TextKind.Json:
                Add("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\""u8);
                for (int n = _random.Next(3, 30); n > 0; n--)
                {
                    if (_random.Next(5) == 0) Sentence("\\n"u8);
                    else CodeLine("\\n"u8, "\\\""u8);
                }
                Add("\"}]}\n"u8);
                break;
            case TextKind.Cjk:
                Cjk();
                break;
            case TextKind.Base64:
                Base64Line();
                break;
            case TextKind.Minified:
                Minified();
                break;
        }
    }

    void CodeLine(ReadOnlySpan<byte> lineEnd, ReadOnlySpan<byte> quote = default)
    {
        if (quote.IsEmpty) quote = "\""u8;
        for (int n = _random.Next(5); n > 0; n--) Add("    "u8);
        switch (_random.Next(8))
        {
            case 0:
                Add("if ("u8);
                Name();
                Add("."u8);
                Name();
                Add("("u8);
                Name();
                Add(", "u8);
                Number();
                Add(")) {"u8);
                break;
            case 1 or 2:
                Name();
                Add(" = "u8);
                Name();
                Add("["u8);
                Name();
                Add("] + "u8);
                Number();
                Add(";"u8);
                break;
            case 3:
                Add("return "u8);
                Name();
                Add("("u8);
                Add(quote);
                Word();
                Add("-"u8);
                Word();
                Add(quote);
                Add(", "u8);
                Name();
                Add(");"u8);
                break;
            case 4:
                Add("// "u8);
                Sentence(default);
                break;
            case 5:
                Add("}"u8);
                break;
            case 6:
                break;
            default:
                Add("const "u8);
                Name();
                Add(" = await "u8);
                Name();
                Add("."u8);
                Name();
                Add("({ "u8);
                Name();
                Add(": "u8);
                Name();
                Add(" });"u8);
                break;
        }
        Add(lineEnd);
    }

    void Sentence(ReadOnlySpan<byte> end)
    {
        for (int n = _random.Next(4, 16); n > 0; n--)
        {
            Word();
            Add(n == 1 ? "."u8 : _random.Next(9) == 0 ? ", "u8 : " "u8);
        }
        Add(end);
    }

    void Cjk()
    {
        Span<byte> character = stackalloc byte[3];
        for (int n = _random.Next(8, 40); n > 0; n--)
        {
            new Rune(0x4E00 + Math.Min(_random.Next(5000), _random.Next(5000))).EncodeToUtf8(character);
            Add(character);
        }
        if (_random.Next(8) == 0) Name();
        Add(_random.Next(5) == 0 ? "。\n"u8 : "，"u8);
    }

    void Base64Line()
    {
        Span<byte> raw = stackalloc byte[57];
        Span<byte> line = stackalloc byte[76];
        _random.NextBytes(raw);
        System.Buffers.Text.Base64.EncodeToUtf8(raw, line, out _, out _);
        Add(line);
        Add("\n"u8);
    }

    void Minified()
    {
        Add("function "u8);
        Letter();
        Add("("u8);
        Letter();
        Add(","u8);
        Letter();
        Add("){return "u8);
        Letter();
        Add("."u8);
        Word();
        Add("("u8);
        Letter();
        Add("?"u8);
        Letter();
        Add(":"u8);
        Number();
        Add(")}var "u8);
        Letter();
        Add("="u8);
        Letter();
        Add("[\""u8);
        Word();
        Add("\"];"u8);
    }

    void Word() => Add(_words[Math.Min(_random.Next(Words), _random.Next(Words))]);

    void Letter()
    {
        ReadOnlySpan<byte> letter = [(byte)('a' + _random.Next(26))];
        Add(letter);
    }

    void Number()
    {
        Span<byte> digits = stackalloc byte[8];
        _random.Next(_random.Next(2) == 0 ? 10 : 10000).TryFormat(digits, out int written, default, null);
        Add(digits[..written]);
    }

    void Name()
    {
        int start = _length;
        Word();
        for (int n = _random.Next(3); n > 0; n--)
        {
            int at = _length;
            Word();
            if (_length > at && at > start) _text[at] -= 'a' - 'A';
        }
    }

    void Add(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > _text.Length) Array.Resize(ref _text, 2 * (_length + bytes.Length));
        bytes.CopyTo(_text.AsSpan(_length));
        _length += bytes.Length;
    }
}
