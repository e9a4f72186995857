using System.Runtime.CompilerServices;

namespace LeakScan.Text;

// The six steps of CanonicalText as a chain of small automata: Decode -> Unescape -> Entity -> Control -> Line -> Emit.
// Each takes one symbol with the offset of its last byte, and holds only what it cannot decide yet, so text may be cut
// anywhere. Where no automaton holds anything and the line's gutters are behind, most bytes need none of this: a table says
// what becomes of them (the loop in AppendScalar).
sealed partial class Canonicalizer
{
    enum EscapeState : byte { None, Backslash, Unicode, High, HighBackslash, HighUnicode }

    enum EntityState : byte { None, Name }

    enum ControlState : byte { None, Escape, Parameters }

    enum LineState : byte
    {
        /// <summary>No letter yet: gutters may follow.</summary>
        Start,

        /// <summary>Digits so far, held back.</summary>
        Number,

        /// <summary>Path symbols so far, held back.</summary>
        Path,

        /// <summary>Past the gutters.</summary>
        Body,
    }

    /// <summary>Where in `path` SEPARATOR digits SEPARATOR a held-back path stands.</summary>
    enum PathTail : byte { Name, Separator, Digits }

    interface IOffsets
    {
        static abstract bool Wanted { get; }
    }

    readonly struct NoOffsets : IOffsets
    {
        public static bool Wanted => false;
    }

    readonly struct WithOffsets : IOffsets
    {
        public static bool Wanted => true;
    }

    const byte Dropped = 0;
    const byte Special = 1;

    // What becomes of a byte in the body of a line: Dropped, Special (needs the automata), or the canonical byte.
    static ReadOnlySpan<byte> BodyTable => s_bodyTable;

    static readonly byte[] s_bodyTable = MakeBodyTable();

    /// <summary>Plain path symbols that are no separators.</summary>
    static readonly bool[] s_isInName = [.. Enumerable.Range(0, 256).Select(b => b < 0x80 && b != '\\' && b != '-' && CanonicalText.IsPathSymbol(CodePointFold.Fold(b)))];

    static byte[] MakeBodyTable()
    {
        byte[] table = new byte[256];
        for (int b = 0; b < 256; b++)
        {
            int folded = b < 0x80 ? CodePointFold.Fold(b) : b;
            table[b] = b >= 0x80 || CanonicalText.IsLineEnd(b) || b is '\\' or '&' or CanonicalText.Escape ? Special
                : CanonicalText.IsContent(folded) ? (byte)folded : Dropped;
        }
        return table;
    }

    [InlineArray(CanonicalText.EntityNameLimit)]
    struct EntityBytes
    {
        byte _first;
    }

    [InlineArray(CanonicalText.EntityNameLimit)]
    struct EntityOffsets
    {
        int _first;
    }

    [InlineArray(4)]
    struct HexDigits
    {
        int _first;
    }

    // All offsets count from the start of the text; texts of which offsets are asked for are shorter than 2 GiB, and for the
    // others only differences within a line matter.
    long _position;

    int _utf8Missing;
    int _utf8Value;
    int _utf8Minimum;

    EscapeState _escape;
    int _escapeCount;
    int _escapeValue;
    int _highSurrogate;
    long _highOffset;
    long _escapeOffset;
    HexDigits _escapeDigits;
    HexDigits _escapeDigitOffsets;

    EntityState _entity;
    int _entityLength;
    long _entityOffset;
    EntityBytes _entityName;
    EntityOffsets _entityNameOffsets;

    ControlState _control;
    int _controlLength;

    LineState _line;
    PathTail _pathTail;
    bool _pathTailIsColon;
    long _lineStart;
    int _held;
    readonly int[] _heldSymbols = new int[CanonicalText.GutterLimitBytes];
    readonly int[] _heldOffsets = new int[CanonicalText.GutterLimitBytes];

    /// <summary>Where canonical bytes go, and their offsets if wanted.</summary>
    ref struct Output
    {
        internal ref byte Bytes;
        internal ref int Offsets;
        internal int Count;
    }

    /// <summary>True when the next symbol's fate depends on nothing before it but being in the body of a line.</summary>
    bool IsPlain => _line == LineState.Body && IsIdle;

    /// <summary>True when no step but the last holds anything.</summary>
    bool IsIdle => _utf8Missing == 0 && _escape == EscapeState.None && _entity == EntityState.None && _control == ControlState.None;

    int AppendScalar<TOffsets>(ReadOnlySpan<byte> source, ref byte bytes, ref int offsets, int written) where TOffsets : struct, IOffsets
    {
        Output output = new() { Bytes = ref bytes, Offsets = ref offsets, Count = written };
        ReadOnlySpan<byte> table = BodyTable[..256]; // of a length that is known, so that a byte needs no check
        long start = _position;
        int i = 0;
        while (i < source.Length)
        {
            if (_line == LineState.Start && IsIdle)
            {
                i = SkipGutters(source, i, start, output.Count);
                if (i == source.Length) break;
            }
            if (IsPlain)
            {
                int count = output.Count;
                for (; i < source.Length; i++)
                {
                    byte canonical = table[source[i]];
                    if (canonical == Special) break;
                    Unsafe.Add(ref bytes, count) = canonical;
                    if (TOffsets.Wanted) Unsafe.Add(ref offsets, count) = (int)(start + i);
                    count += canonical == Dropped ? 0 : 1;
                }
                output.Count = count;
                if (i == source.Length) break;
                int blank = BlankAt(source, i);
                if (blank >= 0)
                {
                    if (source[i] == '\n') LineFeeds?.Add(output.Count);
                    i = blank + 1;
                    if (!IsBlankLineEnd(source[blank])) continue;
                    (_line, _lineStart, _held) = (LineState.Start, start + i, 0);
                    continue;
                }
            }
            _position = start + i;
            Decode<TOffsets>(source[i], ref output);
            if (source[i] == '\n') LineFeeds?.Add(output.Count);
            i++;
        }
        _position = start + source.Length;
        return output.Count;
    }

    /// <summary>
    /// What most lines begin with needs no automata: white space and punctuation, line numbers, paths with one, and what is soon seen
    /// to be neither. Stops where the text of a line begins, with the state set to that, or where the automata are needed.
    /// </summary>
    int SkipGutters(ReadOnlySpan<byte> source, int i, long start, int written)
    {
        ReadOnlySpan<byte> table = BodyTable;
        int limit = GutterLimit(source, start);
        for (; i < source.Length; i++)
        {
            byte value = source[i];
            if (table[value] == Special)
            {
                int blank = BlankAt(source, i);
                if (blank < 0) break;
                if (value == '\n') LineFeeds?.Add(written);
                if (IsBlankLineEnd(source[blank]))
                {
                    _lineStart = start + blank + 1;
                    limit = GutterLimit(source, start);
                }
                else if (i >= limit)
                {
                    break;
                }
                i = blank;
                continue;
            }
            if (i >= limit) break;
            if (table[value] == Dropped) continue;

            int end = i;
            while (end < limit && CanonicalText.IsDigit(source[end])) end++;
            if (end > i)
            {
                if (end == limit) break;
                int delimiter = table[source[end]] != Special ? end : BlankAt(source, end);
                if (delimiter < 0 || delimiter >= limit) break;
                if (delimiter > end || CanonicalText.IsNumberDelimiter(source[end]))
                {
                    i = end - 1;
                    continue;
                }
            }
            PathStep step = SkipPath(source, ref end, limit, limit < source.Length || limit == _lineStart - start + CanonicalText.GutterLimitBytes);
            if (step == PathStep.Text) _line = LineState.Body;
            if (step != PathStep.Gutter) break;
            i = end;
        }
        return i;
    }

    int GutterLimit(ReadOnlySpan<byte> source, long start) => (int)Math.Min(source.Length, _lineStart - start + CanonicalText.GutterLimitBytes);

    /// <summary>If there is a line end, or one or a tab or the like is escaped there: its last byte; else -1.</summary>
    static int BlankAt(ReadOnlySpan<byte> source, int at)
    {
        if (CanonicalText.IsLineEnd(source[at])) return at;
        if (source[at] != '\\') return -1;
        while (at < source.Length && source[at] == '\\') at++;
        return at < source.Length && source[at] is (byte)'n' or (byte)'r' or (byte)'t' or (byte)'b' or (byte)'f' ? at : -1;
    }

    /// <summary>Of what <see cref="BlankAt"/> found: whether it ends the line.</summary>
    static bool IsBlankLineEnd(byte value) => value is (byte)'\n' or (byte)'\r' or (byte)'n' or (byte)'r';

    /// <summary>Goes on in what may be a path with a line number, as far as there are only plain path symbols.</summary>
    /// <param name="source">Text.</param>
    /// <param name="at">The next byte. If it is a gutter: receives its last.</param>
    /// <param name="limit">Where the line's gutters or the source end.</param>
    /// <param name="isLineLimit">Whether that ends the gutters.</param>
    /// <returns>Inside if it is for the automata to say.</returns>
    static PathStep SkipPath(ReadOnlySpan<byte> source, ref int at, int limit, bool isLineLimit)
    {
        ReadOnlySpan<bool> inName = s_isInName.AsSpan(0, 256);
        PathTail tail = PathTail.Name;
        bool isColon = false;
        for (; at < limit; at++)
        {
            byte value = source[at];
            if (inName[value] && !isColon)
            {
                if (tail != PathTail.Name && !CanonicalText.IsDigit(value)) tail = PathTail.Name;
                else if (tail == PathTail.Separator) tail = PathTail.Digits;
                continue;
            }
            if (BodyTable[value] == Special) return BlankAt(source, at) >= 0 ? PathStep.Text : PathStep.Inside;
            PathStep step = StepPath(CodePointFold.Fold(value), ref tail, ref isColon);
            if (step != PathStep.Inside) return step;
        }
        return isLineLimit ? PathStep.Text : PathStep.Inside;
    }

    int FinishScalar<TOffsets>(ref byte bytes, ref int offsets) where TOffsets : struct, IOffsets
    {
        Output output = new() { Bytes = ref bytes, Offsets = ref offsets };
        long end = _position;
        if (_utf8Missing != 0)
        {
            _utf8Missing = 0;
            Unescape<TOffsets>(CodePointFold.Space, end, ref output);
        }
        // A space leaves no escape, entity or surrogate undecided, and is itself dropped; the line end decides the gutter.
        Unescape<TOffsets>(CodePointFold.Space, end, ref output);
        if (_control != ControlState.None) _control = ControlState.None;
        Line<TOffsets>('\n', end, ref output);
        Reset();
        return output.Count;
    }

    void Decode<TOffsets>(byte value, ref Output output) where TOffsets : struct, IOffsets
    {
        if (_utf8Missing != 0)
        {
            if ((value & 0xC0) == 0x80)
            {
                _utf8Value = _utf8Value << 6 | value & 0x3F;
                if (--_utf8Missing != 0) return;
                bool valid = _utf8Value >= _utf8Minimum && _utf8Value <= 0x10FFFF && _utf8Value is not (>= 0xD800 and < 0xE000);
                Folded<TOffsets>(valid ? CodePointFold.Fold(_utf8Value) : CodePointFold.Space, _position, ref output);
                return;
            }
            _utf8Missing = 0;
            Unescape<TOffsets>(CodePointFold.Space, _position - 1, ref output);
        }
        if (value < 0x80)
        {
            Unescape<TOffsets>(CodePointFold.Fold(value), _position, ref output);
            return;
        }
        (_utf8Missing, _utf8Value, _utf8Minimum) = value switch
        {
            < 0xC0 or >= 0xF8 => (0, 0, 0),
            < 0xE0 => (1, value & 0x1F, 0x80),
            < 0xF0 => (2, value & 0x0F, 0x800),
            _ => (3, value & 0x07, 0x10000),
        };
        if (_utf8Missing == 0) Unescape<TOffsets>(CodePointFold.Space, _position, ref output);
    }

    void Folded<TOffsets>(int symbol, long offset, ref Output output) where TOffsets : struct, IOffsets
    {
        if (symbol != CodePointFold.Removed) Unescape<TOffsets>(symbol, offset, ref output);
    }

    void Unescape<TOffsets>(int symbol, long offset, ref Output output) where TOffsets : struct, IOffsets
    {
        switch (_escape)
        {
            case EscapeState.None:
                if (symbol == '\\') _escape = EscapeState.Backslash;
                else Entity<TOffsets>(symbol, offset, ref output);
                return;

            case EscapeState.Backslash:
                AfterBackslash<TOffsets>(symbol, offset, ref output);
                return;

            case EscapeState.Unicode:
            case EscapeState.HighUnicode:
                int digit = CanonicalText.HexValue(symbol);
                if (digit < 0)
                {
                    if (_escape == EscapeState.HighUnicode) Entity<TOffsets>(CodePointFold.Space, _highOffset, ref output);
                    _escape = EscapeState.None;
                    Entity<TOffsets>('\\', _escapeOffset, ref output);
                    Entity<TOffsets>('u', _escapeOffset, ref output);
                    for (int i = 0; i < _escapeCount; i++) Entity<TOffsets>(_escapeDigits[i], _escapeDigitOffsets[i], ref output);
                    Unescape<TOffsets>(symbol, offset, ref output);
                    return;
                }
                _escapeDigits[_escapeCount] = symbol;
                _escapeDigitOffsets[_escapeCount] = (int)offset;
                _escapeValue = _escapeValue << 4 | digit;
                if (++_escapeCount == 4) CompleteUnicode<TOffsets>(offset, ref output);
                return;

            case EscapeState.High:
                if (symbol == '\\')
                {
                    _escape = EscapeState.HighBackslash;
                    return;
                }
                _escape = EscapeState.None;
                Entity<TOffsets>(CodePointFold.Space, _highOffset, ref output);
                Entity<TOffsets>(symbol, offset, ref output);
                return;

            case EscapeState.HighBackslash:
                if (symbol == '\\') return;
                if (symbol == 'u')
                {
                    BeginUnicode(EscapeState.HighUnicode, offset);
                    return;
                }
                Entity<TOffsets>(CodePointFold.Space, _highOffset, ref output);
                AfterBackslash<TOffsets>(symbol, offset, ref output);
                return;
        }
    }

    void AfterBackslash<TOffsets>(int symbol, long offset, ref Output output) where TOffsets : struct, IOffsets
    {
        switch (symbol)
        {
            case '\\':
                return;
            case 'u':
                BeginUnicode(EscapeState.Unicode, offset);
                return;
            case 'n' or 'r':
                symbol = '\n';
                break;
            case 't' or 'b' or 'f':
                symbol = CodePointFold.Space;
                break;
            default:
                Entity<TOffsets>('\\', offset, ref output);
                break;
        }
        _escape = EscapeState.None;
        Entity<TOffsets>(symbol, offset, ref output);
    }

    void BeginUnicode(EscapeState state, long offset)
    {
        _escape = state;
        _escapeCount = 0;
        _escapeValue = 0;
        _escapeOffset = offset;
    }

    void CompleteUnicode<TOffsets>(long offset, ref Output output) where TOffsets : struct, IOffsets
    {
        bool afterHigh = _escape == EscapeState.HighUnicode;
        _escape = EscapeState.None;
        if (afterHigh)
        {
            if (_escapeValue is >= 0xDC00 and < 0xE000)
            {
                Decoded<TOffsets>(0x10000 + (_highSurrogate - 0xD800 << 10) + (_escapeValue - 0xDC00), offset, ref output);
                return;
            }
            Entity<TOffsets>(CodePointFold.Space, _highOffset, ref output);
        }
        if (_escapeValue is >= 0xD800 and < 0xDC00)
        {
            _highSurrogate = _escapeValue;
            _highOffset = offset;
            _escape = EscapeState.High;
            return;
        }
        if (_escapeValue is >= 0xDC00 and < 0xE000) Entity<TOffsets>(CodePointFold.Space, offset, ref output);
        else Decoded<TOffsets>(_escapeValue, offset, ref output);
    }

    void Decoded<TOffsets>(int codePoint, long offset, ref Output output) where TOffsets : struct, IOffsets
    {
        int symbol = CodePointFold.Fold(codePoint);
        if (symbol != CodePointFold.Removed) Entity<TOffsets>(symbol, offset, ref output);
    }

    void Entity<TOffsets>(int symbol, long offset, ref Output output) where TOffsets : struct, IOffsets
    {
        if (_entity == EntityState.None)
        {
            if (symbol == '&')
            {
                _entity = EntityState.Name;
                _entityLength = 0;
                _entityOffset = offset;
                return;
            }
            Control<TOffsets>(symbol, offset, ref output);
            return;
        }

        bool inName = symbol is '#' || (uint)(symbol - 'a') < 26 || CanonicalText.IsDigit(symbol);
        if (inName && _entityLength < CanonicalText.EntityNameLimit)
        {
            _entityName[_entityLength] = (byte)symbol;
            _entityNameOffsets[_entityLength++] = (int)offset;
            return;
        }

        if (symbol == ';')
        {
            ReadOnlySpan<byte> name = _entityName[.._entityLength];
            int value = name.SequenceEqual("amp"u8) ? '&' : CanonicalText.ParsePunctuationEntity(name);
            if (value < 0) value = CanonicalText.ParseNumericEntity(name);
            if (value == '&')
            {
                _entityLength = 0;
                return;
            }
            if (value >= 0)
            {
                _entity = EntityState.None;
                value = CodePointFold.Fold(value);
                if (value != CodePointFold.Removed) Control<TOffsets>(value, offset, ref output);
                return;
            }
        }

        // Not an entity after all.
        _entity = EntityState.None;
        Control<TOffsets>('&', _entityOffset, ref output);
        for (int i = 0; i < _entityLength; i++) Control<TOffsets>(_entityName[i], _entityNameOffsets[i], ref output);
        Entity<TOffsets>(symbol, offset, ref output);
    }

    void Control<TOffsets>(int symbol, long offset, ref Output output) where TOffsets : struct, IOffsets
    {
        switch (_control)
        {
            case ControlState.Escape:
                if (symbol == '[')
                {
                    _control = ControlState.Parameters;
                    _controlLength = 0;
                    return;
                }
                break;
            case ControlState.Parameters:
                if (symbol is >= 0x20 and < 0x40 && _controlLength < CanonicalText.ControlParameterLimit)
                {
                    _controlLength++;
                    return;
                }
                if (symbol is >= 0x40 and < 0x7F)
                {
                    _control = ControlState.None;
                    return;
                }
                break;
        }
        _control = ControlState.None;
        if (symbol == CanonicalText.Escape) _control = ControlState.Escape;
        else Line<TOffsets>(symbol, offset, ref output);
    }

    void Line<TOffsets>(int symbol, long offset, ref Output output) where TOffsets : struct, IOffsets
    {
        if (_line != LineState.Body && offset - _lineStart >= CanonicalText.GutterLimitBytes) Release<TOffsets>(ref output);

        switch (_line)
        {
            case LineState.Start:
                if (CanonicalText.IsContent(symbol))
                {
                    _line = CanonicalText.IsDigit(symbol) ? LineState.Number : LineState.Path;
                    _pathTail = PathTail.Name;
                    Hold(symbol, offset);
                    return;
                }
                break;

            case LineState.Number:
                if (CanonicalText.IsDigit(symbol))
                {
                    Hold(symbol, offset);
                    return;
                }
                if (CanonicalText.IsNumberDelimiter(symbol))
                {
                    _line = LineState.Start;
                    _held = 0;
                    break;
                }
                _line = LineState.Path;
                goto case LineState.Path;

            case LineState.Path:
                switch (StepPath(symbol, ref _pathTail, ref _pathTailIsColon))
                {
                    case PathStep.Inside:
                        Hold(symbol, offset);
                        return;
                    case PathStep.Gutter:
                        _line = LineState.Start;
                        _held = 0;
                        return;
                }
                Release<TOffsets>(ref output);
                break;
        }

        if (CanonicalText.IsLineEnd(symbol))
        {
            _line = LineState.Start;
            _lineStart = offset + 1;
            _held = 0;
        }
        else if (_line == LineState.Body && CanonicalText.IsContent(symbol))
        {
            Emit<TOffsets>(symbol, (int)offset, ref output);
        }
    }

    enum PathStep { Inside, Gutter, Text }

    static PathStep StepPath(int symbol, ref PathTail tail, ref bool isColon)
    {
        bool separator = symbol is ':' or '-';
        switch (tail)
        {
            case PathTail.Separator when CanonicalText.IsDigit(symbol):
                tail = PathTail.Digits;
                return PathStep.Inside;
            case PathTail.Digits when CanonicalText.IsDigit(symbol):
                return PathStep.Inside;
            case PathTail.Digits when separator:
                return PathStep.Gutter;
            case not PathTail.Name when isColon:
                return PathStep.Text; // a colon stands in no path
        }
        if (separator)
        {
            tail = PathTail.Separator;
            isColon = symbol == ':';
            return PathStep.Inside;
        }
        tail = PathTail.Name;
        return CanonicalText.IsPathSymbol(symbol) ? PathStep.Inside : PathStep.Text;
    }

    void Hold(int symbol, long offset)
    {
        _heldSymbols[_held] = symbol;
        _heldOffsets[_held++] = (int)offset;
    }

    /// <summary>What was held back is text.</summary>
    void Release<TOffsets>(ref Output output) where TOffsets : struct, IOffsets
    {
        _line = LineState.Body;
        for (int i = 0; i < _held; i++)
        {
            if (CanonicalText.IsContent(_heldSymbols[i])) Emit<TOffsets>(_heldSymbols[i], _heldOffsets[i], ref output);
        }
        _held = 0;
    }

    static void Emit<TOffsets>(int symbol, int offset, ref Output output) where TOffsets : struct, IOffsets
    {
        if (symbol < 0x80)
        {
            Put<TOffsets>((byte)symbol, offset, ref output);
            return;
        }
        Span<byte> utf8 = stackalloc byte[4];
        int length = new System.Text.Rune(symbol).EncodeToUtf8(utf8);
        for (int i = 0; i < length; i++) Put<TOffsets>(utf8[i], offset, ref output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put<TOffsets>(byte value, int offset, ref Output output) where TOffsets : struct, IOffsets
    {
        // SAFETY: Append and Finish checked that the destination holds the input and OutputSlack; no input byte yields more
        // than one canonical byte, and at most OutputSlack bytes are held back from earlier input.
        Unsafe.Add(ref output.Bytes, output.Count) = value;
        if (TOffsets.Wanted) Unsafe.Add(ref output.Offsets, output.Count) = offset;
        output.Count++;
    }
}
