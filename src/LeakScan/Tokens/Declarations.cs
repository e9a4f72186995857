using System.Collections.Frozen;
using System.Text;

namespace LeakScan.Tokens;

/// <summary>Finds the names that source code declares, so that those can be told which it only uses. Thread-safe.</summary>
// Code is full of names that others gave: of the platform, of frameworks, of libraries. Whoever uses the same ones writes the same names, in the order that they
// dictate (`FirstOrDefaultAsync`, `toHaveBeenCalledWith`, `setWindowTitle`), without having seen our code. No list of such names is complete, but it
// need not be: a name that is ours is declared somewhere in our code. This reads what it declares, by rules that most languages share, and
// rather too much than too little, since a name that is not found is thought to be others':
//
//   - what follows a word that declares (`class`, `def`, `let`, `#define`, ...), every part of a namespace's name, what a pattern behind `let`, `const` or `var`
//     names, and the parameters behind `def`, `fn`, `func` and `function`;
//   - a name behind another one (`Type name`), behind a type's last mark (`List<Type> name`, `Type *name`), in Go before one (`name Type`);
//   - what is assigned, but for members of others (`other.name =`) and arguments (`f(name=...)`), and what has a colon behind it (`name: Type`, `key: value`);
//   - `name(...) {`, where a statement may begin; members of an `enum`; in Go the names of a `const (...)` block and the methods of an interface;
//   - words of strings, but for those of qualified names in them; plain words (of small letters) of comments, since text is no use of a name;
//   - the parts of the file's path, which modules are imported by.
static class Declarations
{
    /// <summary>A shorter name tells nothing.</summary>
    internal const int MinLetters = 4;

    /// <summary>A longer word is no name, but data.</summary>
    internal const int MaxLetters = 64;

    /// <summary>Of the arguments of what may be a function's head so many bytes are looked at.</summary>
    const int LongestArguments = 512;

    /// <summary>Bytes of a string; a longer one is no string, but an apostrophe or the like.</summary>
    const int LongestString = 1024;

    /// <summary>Bytes of a character in apostrophes that is escaped or not of ASCII.</summary>
    const int LongestCharacter = 12;

    /// <summary>Braces that are counted.</summary>
    const int MostBraces = 63;

    /// <summary>How languages differ, as far as it matters here.</summary>
    [Flags]
    enum Ways
    {
        None = 0,
        SlashComments = 1,
        HashComments = 2,
        Backticks = 4,

        /// <summary>`name Type`.</summary>
        NameFirst = 8,

        /// <summary>`const name`, where others have `const Type name`.</summary>
        ConstantsBind = 16,

        /// <summary>Strings in apostrophes, where others have a character.</summary>
        Apostrophes = 32,
    }

    static readonly FrozenDictionary<string, Ways> s_languages = new Dictionary<string, Ways>
    {
        [".c"] = Ways.SlashComments,
        [".cc"] = Ways.SlashComments,
        [".cjs"] = Ways.Apostrophes | Ways.SlashComments | Ways.Backticks | Ways.ConstantsBind,
        [".cpp"] = Ways.SlashComments,
        [".cs"] = Ways.SlashComments,
        [".cu"] = Ways.SlashComments,
        [".cuh"] = Ways.SlashComments,
        [".cxx"] = Ways.SlashComments,
        [".go"] = Ways.SlashComments | Ways.Backticks | Ways.NameFirst | Ways.ConstantsBind,
        [".h"] = Ways.SlashComments,
        [".hpp"] = Ways.SlashComments,
        [".hxx"] = Ways.SlashComments,
        [".java"] = Ways.SlashComments,
        [".js"] = Ways.Apostrophes | Ways.SlashComments | Ways.Backticks | Ways.ConstantsBind,
        [".jsx"] = Ways.Apostrophes | Ways.SlashComments | Ways.Backticks | Ways.ConstantsBind,
        [".kt"] = Ways.SlashComments,
        [".m"] = Ways.SlashComments,
        [".mjs"] = Ways.Apostrophes | Ways.SlashComments | Ways.Backticks | Ways.ConstantsBind,
        [".mm"] = Ways.SlashComments,
        [".php"] = Ways.Apostrophes | Ways.SlashComments | Ways.HashComments | Ways.ConstantsBind,
        [".py"] = Ways.Apostrophes | Ways.HashComments,
        [".pyi"] = Ways.Apostrophes | Ways.HashComments,
        [".pyx"] = Ways.Apostrophes | Ways.HashComments,
        [".rs"] = Ways.SlashComments | Ways.ConstantsBind,
        [".swift"] = Ways.SlashComments,
        [".ts"] = Ways.Apostrophes | Ways.SlashComments | Ways.Backticks | Ways.ConstantsBind,
        [".tsx"] = Ways.Apostrophes | Ways.SlashComments | Ways.Backticks | Ways.ConstantsBind,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>What a word of a language is for.</summary>
    enum Use : byte
    {
        /// <summary>None: a name, or a type that stands before one.</summary>
        Name,

        /// <summary>A word that is no type, so that a name behind it is used.</summary>
        Statement,

        /// <summary>The same, but in front of what may be declared.</summary>
        Modifier,

        /// <summary>The name behind it is declared.</summary>
        Declares,

        /// <summary>So are the names in brackets behind it.</summary>
        Binds,

        /// <summary>So are the parameters.</summary>
        Function,

        /// <summary>So are all parts of a name with dots.</summary>
        Namespace,

        /// <summary>So are its members.</summary>
        Enum,

        /// <summary>A member of an enum behind it is.</summary>
        Case,

        /// <summary>Our own object: a member of it that is assigned is ours.</summary>
        Self,
    }

    static readonly FrozenDictionary<uint, Use> s_uses = MakeUses();

    static FrozenDictionary<uint, Use> MakeUses()
    {
        Dictionary<uint, Use> uses = [];
        Add(Use.Statement, "and as assert await break by catch continue default defer delete do echo elif else except extends extension finally from go goto if implements impl import in include "
            + "instanceof is move new not null of or out print raise ref require return select sizeof switch throw throws try typedef typename typeof use using when where while with yield");
        Add(Use.Modifier, "abstract async dyn export extern final inline internal override params private protected pub public readonly sealed static unsafe unsigned virtual");
        Add(Use.Declares, "class define for interface lambda mut object protocol record struct trait type union");
        Add(Use.Binds, "const let val var");
        Add(Use.Function, "def fn fun func function init");
        Add(Use.Namespace, "module mod namespace package");
        Add(Use.Enum, "enum");
        Add(Use.Case, "case");
        Add(Use.Self, "self this");
        return uses.ToFrozenDictionary();

        void Add(Use use, string words)
        {
            foreach (string word in words.Split(' ')) uses[Hash(Encoding.ASCII.GetBytes(word))] = use;
        }
    }

    /// <summary>Words that languages or their wrappers bring, and that are no names of others either.</summary>
    static readonly uint[] s_languageWords = [.. s_uses.Keys.Concat(
        "bool boolean byte char decimal double dynamic false float global int int32 int64 long nameof none nonlocal object pass range short signed size_t string super true uint void"
        .Split(' ').Select(word => Hash(Encoding.ASCII.GetBytes(word)))).Select(Token.OfName)];

    /// <summary>Whether a file is of a language whose declarations are read, by its name.</summary>
    internal static bool IsCode(string path) => s_languages.ContainsKey(Path.GetExtension(path));

    /// <summary>Finds what a file declares.</summary>
    /// <param name="path">Its path; of code (<see cref="IsCode"/>).</param>
    /// <param name="text">Its text.</param>
    /// <param name="names">Receives the tokens of the names (<see cref="Token"/>).</param>
    internal static void Find(string path, ReadOnlySpan<byte> text, HashSet<uint> names)
    {
        names.UnionWith(s_languageWords);
        AddWords(Encoding.UTF8.GetBytes(path.Replace('.', '/')), plainOnly: false, names);
        new Reader(text, s_languages[Path.GetExtension(path)], names).Run();
    }

    static uint Hash(ReadOnlySpan<byte> word) => word.Length <= MaxLetters ? Lexer.HashOf(word) : 0;

    static void Add(ReadOnlySpan<byte> name, HashSet<uint> names)
    {
        if (IsName(name)) names.Add(Token.OfName(Hash(name)));
    }

    static bool IsName(ReadOnlySpan<byte> word) => word.Length is >= MinLetters and <= MaxLetters;

    /// <summary>Adds the words of text.</summary>
    static void AddWords(ReadOnlySpan<byte> text, bool plainOnly, HashSet<uint> names)
    {
        for (int i = 0; i < text.Length;)
        {
            if (!IsLetter(text[i]))
            {
                i++;
                continue;
            }
            int start = i;
            while (i < text.Length && IsLetterOrDigit(text[i])) i++;
            bool isQualified = start > 0 && text[start - 1] is (byte)'.' or (byte)'@' && text[start] is >= (byte)'A' and <= (byte)'Z';
            if (plainOnly ? text[(start + 1)..i].ContainsAnyExceptInRange((byte)'a', (byte)'z') : isQualified) continue;
            if (start > 0 && text[start - 1] == '\\') start++; // an escape
            Add(text[start..i], names);
        }
    }

    static bool IsLetter(byte b) => b is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') or (byte)'_';

    internal static bool IsLetterOrDigit(byte b) => IsLetter(b) || b is >= (byte)'0' and <= (byte)'9';

    /// <summary>Reads a file from its beginning to its end.</summary>
    ref struct Reader(ReadOnlySpan<byte> text, Ways ways, HashSet<uint> names)
    {
        readonly ReadOnlySpan<byte> _text = text;
        readonly Ways _ways = ways;
        readonly HashSet<uint> _names = names;

        // What stands before what is read: a mark, or 0 behind a word; the use of that word; the word, if it is a name.
        byte _mark;
        Use _use;
        Range _name;
        bool _hasName;

        /// <summary>The use of the word before the last mark.</summary>
        Use _useBeforeMark;
        bool _isLineStart = true;
        bool _isNullable; // `Type? name`
        bool _inNamespace;
        bool _inConstants; // of Go: const ( ... )
        bool _isMethod; // of Go: behind func (receiver)
        int _parentheses, _braces, _brackets;
        int _parameters = -1; // parentheses outside of them
        int _receiver = -1; // the same
        ulong _members; // by how many braces are open, whether members stand in the innermost
        bool _membersFollow;
        int _pattern = -1; // brackets outside of it
        int _opened = -1; // where the innermost parenthesis opened; -1 behind another that closed

        internal void Run()
        {
            for (int i = 0; i < _text.Length;)
            {
                byte b = _text[i];
                if (IsLetter(b))
                {
                    int end = i + 1;
                    while (end < _text.Length && IsLetterOrDigit(_text[end])) end++;
                    TakeWord(i, end);
                    i = end;
                }
                else if (b == '\n')
                {
                    (_hasName, _isLineStart, _inNamespace, _isNullable) = (false, true, false, false);
                    i++;
                }
                else if (b <= ' ' || b is (byte)'$') i++;
                else if (b is (byte)'/' or (byte)'#' && CommentLength(_text[i..], _ways) is > 0 and int comment)
                {
                    AddWords(_text.Slice(i, comment), plainOnly: true, _names);
                    i += comment;
                }
                else if (b is (byte)'"' or (byte)'\'' || b == '`' && _ways.HasFlag(Ways.Backticks))
                {
                    int length = StringLength(_text[i..], _ways, out bool isLong);
                    if (length > 0) AddWords(_text.Slice(i, length), plainOnly: isLong, _names);
                    TakeMark(i, (byte)'"');
                    i += Math.Max(1, length);
                    if (length == 0 && b == '\'' && !_ways.HasFlag(Ways.Apostrophes))
                    {
                        while (i < _text.Length && IsLetterOrDigit(_text[i])) i++; // a lifetime
                    }
                }
                else if (b is (byte)'-' or (byte)'?' && (_text[i..].StartsWith("->"u8) || _text[i..].StartsWith("?."u8)))
                {
                    TakeMark(i, (byte)'.');
                    i += 2;
                }
                else TakeMark(i++, b);
            }
        }

        void TakeWord(int start, int end)
        {
            ReadOnlySpan<byte> word = _text[start..end];
            uint hash = Hash(word);
            Use use = s_uses.GetValueOrDefault(hash);
            if (IsPython && word.SequenceEqual("as"u8)) use = Use.Declares;
            if (use == Use.Binds && word is [(byte)'c', ..] && !_ways.HasFlag(Ways.ConstantsBind)) use = Use.Modifier;
            if (use is Use.Name or Use.Self && IsName(word) && IsDeclared(end)) _names.Add(Token.OfName(hash));
            // `name Type`, also where the type is a word of the language.
            if (_ways.HasFlag(Ways.NameFirst) && _hasName) Add(_text[_name], _names);
            if (use == Use.Function) _parameters = _parentheses;
            if (use == Use.Enum || _ways.HasFlag(Ways.NameFirst) && word.SequenceEqual("interface"u8)) _membersFollow = true;
            if (use == Use.Namespace) _inNamespace = true;
            (_mark, _use, _name, _hasName, _isLineStart, _isNullable, _isMethod) = (0, use, start..end, use == Use.Name, false, false, false);
        }

        readonly bool IsPython => !_ways.HasFlag(Ways.SlashComments);

        readonly bool IsDeclared(int end)
        {
            int next = end;
            while (next < _text.Length && _text[next] is (byte)' ' or (byte)'\t') next++;
            byte mark = next < _text.Length ? _text[next] : (byte)0;
            byte second = next + 1 < _text.Length ? _text[next + 1] : (byte)0;
            bool isArgument = _mark is (byte)'(' or (byte)',';
            bool isArrow = mark == '=' && second == '>';

            if (_mark == 0)
            {
                if (_use is Use.Declares or Use.Binds or Use.Function or Use.Namespace or Use.Enum) return true;
                if (_hasName && !_ways.HasFlag(Ways.NameFirst)) return true;
                if (_use == Use.Modifier && (mark == ';' || mark == '(' && HasBody(_text[next..]))) return true;
            }
            if (_inNamespace || _isNullable || _isMethod || _pattern >= 0) return true;
            if (_parameters >= 0 && isArgument) return true;
            if (isArrow && _mark is (byte)'(' or (byte)'=') return true;
            if (mark == '=' && second != '=' && !isArrow && (_mark == '.' ? _useBeforeMark == Use.Self : !isArgument)) return true;
            if ((mark == ':' && second != ':' || mark == '?' && second == ':') && _mark is not ((byte)'?' or (byte)'.' or (byte)':') && (_mark != 0 || _use != Use.Case && (_use != Use.Statement || !IsPython))) return true;
            if (_mark is (byte)'>' or (byte)']' or (byte)'*' or (byte)'&' && mark is (byte)'(' or (byte)';' or (byte)'=' or (byte)',' or (byte)')' or (byte)'{') return true;
            if ((_members >> _braces & 1) != 0 && (_mark is (byte)'{' or (byte)',' or (byte)']' || _mark == 0 && _use == Use.Case || _isLineStart && _ways.HasFlag(Ways.NameFirst))) return true;
            if (_isLineStart && _ways.HasFlag(Ways.NameFirst) && (_inConstants || mark is (byte)'*' or (byte)'[' && next > end)) return true;
            if (_mark == '}' && mark == ';') return true; // typedef struct { ... } name;
            return mark == '(' && _mark is (byte)'{' or (byte)'}' or (byte)';' or (byte)')' or (byte)':' && HasBody(_text[next..]);
        }

        void TakeMark(int at, byte mark)
        {
            _isMethod = false;
            _isNullable = mark == '?' && _hasName && _text[at - 1] > ' ' && at + 1 < _text.Length && _text[at + 1] == ' ';
            switch (mark)
            {
                case (byte)'(':
                    if (_ways.HasFlag(Ways.NameFirst) && _mark == 0 && _use == Use.Binds) _inConstants = true;
                    if (_ways.HasFlag(Ways.NameFirst) && _mark == 0 && _use == Use.Function) _receiver = _parentheses;
                    _parentheses++;
                    _opened = at;
                    break;
                case (byte)')':
                    _inConstants = false;
                    _parentheses = Math.Max(0, _parentheses - 1);
                    if (_parentheses <= _parameters && _parentheses > _receiver) _parameters = -1;
                    _isMethod = _receiver >= 0 && _parentheses <= _receiver;
                    if (_isMethod) _receiver = -1;
                    if (_opened >= 0 && _text[(at + 1)..].TrimStart((byte)' ').StartsWith("=>"u8)) AddParameters(_text[_opened..at]);
                    _opened = -1;
                    break;
                case (byte)'{':
                    if (_braces < MostBraces) _braces++;
                    _inNamespace = false;
                    _parameters = -1;
                    _members = _members & ~(1UL << _braces) | (_membersFollow ? 1UL << _braces : 0);
                    _membersFollow = false;
                    break;
                case (byte)'}':
                    _braces = Math.Max(0, _braces - 1);
                    break;
                case (byte)';':
                    (_inNamespace, _membersFollow, _parameters, _pattern) = (false, false, -1, -1);
                    break;
            }
            if (mark is (byte)'(' or (byte)'[' or (byte)'{')
            {
                if (_mark == 0 && _use == Use.Binds && !_inConstants) _pattern = _brackets;
                _brackets++;
            }
            else if (mark is (byte)')' or (byte)']' or (byte)'}')
            {
                _brackets = Math.Max(0, _brackets - 1);
                if (_brackets <= _pattern) _pattern = -1;
            }
            if (_mark == 0) _useBeforeMark = _use;
            (_mark, _hasName, _isLineStart) = (mark, false, false);
        }

        /// <summary>Takes the names of the parameters that stand before an arrow, without their types.</summary>
        readonly void AddParameters(ReadOnlySpan<byte> parameters)
        {
            byte mark = 0;
            for (int i = 0; i < parameters.Length; i++)
            {
                if (!IsLetter(parameters[i]))
                {
                    if (parameters[i] > ' ') mark = parameters[i];
                    continue;
                }
                int start = i;
                while (i + 1 < parameters.Length && IsLetterOrDigit(parameters[i + 1])) i++;
                bool isLast = parameters[(i + 1)..].TrimStart(" \t\r\n"u8) is [] or [(byte)',' or (byte)':' or (byte)'=' or (byte)'?' or (byte)'}' or (byte)']', ..];
                if (isLast && mark is not ((byte)':' or (byte)'=' or (byte)'.')) Add(parameters[start..(i + 1)], _names);
            }
        }

        static int CommentLength(ReadOnlySpan<byte> text, Ways ways)
        {
            if (text[0] == '#' ? ways.HasFlag(Ways.HashComments) : ways.HasFlag(Ways.SlashComments) && text.StartsWith("//"u8))
            {
                int end = text.IndexOf((byte)'\n');
                return end < 0 ? text.Length : end;
            }
            if (!ways.HasFlag(Ways.SlashComments) || !text.StartsWith("/*"u8)) return 0;
            int close = text[2..].IndexOf("*/"u8);
            return close < 0 ? text.Length : close + 4;
        }

        /// <summary>Length of the string that begins here; 0 if none does.</summary>
        /// <param name="text">What begins with its quotation mark.</param>
        /// <param name="ways">The language's.</param>
        /// <param name="isLong">Whether it has three of them: it is text of many lines, or documentation.</param>
        static int StringLength(ReadOnlySpan<byte> text, Ways ways, out bool isLong)
        {
            byte quote = text[0];
            isLong = text.Length > 2 && text[1] == quote && text[2] == quote;
            if (isLong)
            {
                int end = text[3..].IndexOf(text[..3]);
                return end < 0 ? text.Length : end + 6;
            }
            // What an apostrophe opens may be the name of a lifetime.
            int longest = quote == '`' ? text.Length : quote == '"' || ways.HasFlag(Ways.Apostrophes) ? LongestString : text.Length > 1 && text[1] is (byte)'\\' or >= 0x80 ? LongestCharacter : 3;
            ReadOnlySpan<byte> line = text[..Math.Min(text.Length, longest)];
            for (int i = 1; i < line.Length && (line[i] != '\n' || quote == '`'); i += line[i] == '\\' ? 2 : 1)
            {
                if (line[i] == quote) return i + 1;
            }
            return quote == '`' ? text.Length : 0;
        }

        /// <summary>Whether parentheses that open here have the beginning of a body behind them.</summary>
        static bool HasBody(ReadOnlySpan<byte> text)
        {
            text = text[..Math.Min(text.Length, LongestArguments)];
            int depth = 0;
            for (int i = 0; i < text.Length; i++)
            {
                if (text[i] == '(') depth++;
                else if (text[i] == ')' && --depth == 0) return text[(i + 1)..].TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)':', ..];
            }
            return false;
        }
    }
}
