using System.Buffers;
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
//   - `name(...) {`, where a statement may begin, but in Kotlin and Swift, where that is a call with a lambda; members of an `enum`; in Go the names of a
//     `const (...)` block and the methods of an interface;
//   - lists of names that are bound together (`first, second = `, `Type first, second`), what a loop names before `in`, and the parameters of lambdas;
//   - words of strings, but for those of qualified names in them; plain words (of small letters) of comments, since text is no use of a name;
//   - the parts of the file's path, which modules are imported by.
//
// What overrides or hides a member of another class (`override`, `@Override`, `new` behind a modifier) is named by that class: if the name is ours
// it is declared there too.
static class Declarations
{
    /// <summary>A shorter name tells nothing.</summary>
    internal const int MinLetters = 4;

    /// <summary>A longer word is no name, but data.</summary>
    internal const int MaxLetters = 64;

    /// <summary>Of the arguments of what may be a function's head so many bytes are looked at.</summary>
    const int LongestArguments = 512;

    /// <summary>And so many of a list of names that is bound, or of what a loop or a lambda names.</summary>
    const int LongestList = 256;

    /// <summary>Bytes of a string; a longer one is no string, but an apostrophe or the like.</summary>
    const int LongestString = 1024;

    /// <summary>Bytes of a character in apostrophes that is escaped or not of ASCII.</summary>
    const int LongestCharacter = 12;

    /// <summary>Quotation marks that open a string.</summary>
    const int MostQuotes = 16;

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

        /// <summary>Lambdas with an arrow `->`, where others have a member behind it.</summary>
        ThinArrows = 64,

        /// <summary>Lambdas `|name|`, and arms `pattern => `.</summary>
        Bars = 128,

        /// <summary>Lambdas `{ name -> ` or `{ name in `.</summary>
        BraceLambdas = 256,

        /// <summary>Strings in as many quotation marks as one likes, and those behind `@`, in which two are one.</summary>
        RawStrings = 512,

        /// <summary>Strings in three quotation marks.</summary>
        LongStrings = 1024,

        /// <summary>A colon behind the name of an argument, where others have it behind a name and its type.</summary>
        NamedArguments = 2048,

        /// <summary>Lambdas `(name) {`.</summary>
        BlockLambdas = 4096,
    }

    static readonly FrozenDictionary<string, Ways> s_languages = new Dictionary<string, Ways>
    {
        [".c"] = Ways.SlashComments,
        [".cc"] = Ways.SlashComments,
        [".cjs"] = Ways.Apostrophes | Ways.SlashComments | Ways.Backticks | Ways.ConstantsBind,
        [".cpp"] = Ways.SlashComments,
        [".cs"] = Ways.SlashComments | Ways.RawStrings | Ways.LongStrings,
        [".cu"] = Ways.SlashComments,
        [".cuh"] = Ways.SlashComments,
        [".cxx"] = Ways.SlashComments,
        [".dart"] = Ways.Apostrophes | Ways.SlashComments | Ways.LongStrings | Ways.NamedArguments | Ways.BlockLambdas,
        [".go"] = Ways.SlashComments | Ways.Backticks | Ways.NameFirst | Ways.ConstantsBind,
        [".h"] = Ways.SlashComments,
        [".hpp"] = Ways.SlashComments,
        [".hxx"] = Ways.SlashComments,
        [".java"] = Ways.SlashComments | Ways.ThinArrows | Ways.LongStrings,
        [".js"] = Ways.Apostrophes | Ways.SlashComments | Ways.Backticks | Ways.ConstantsBind,
        [".jsx"] = Ways.Apostrophes | Ways.SlashComments | Ways.Backticks | Ways.ConstantsBind,
        [".kt"] = Ways.SlashComments | Ways.BraceLambdas | Ways.LongStrings,
        [".m"] = Ways.SlashComments,
        [".mjs"] = Ways.Apostrophes | Ways.SlashComments | Ways.Backticks | Ways.ConstantsBind,
        [".mm"] = Ways.SlashComments,
        [".php"] = Ways.Apostrophes | Ways.SlashComments | Ways.HashComments | Ways.ConstantsBind,
        [".py"] = Ways.Apostrophes | Ways.HashComments | Ways.LongStrings,
        [".pyi"] = Ways.Apostrophes | Ways.HashComments | Ways.LongStrings,
        [".pyx"] = Ways.Apostrophes | Ways.HashComments | Ways.LongStrings,
        [".rs"] = Ways.SlashComments | Ways.ConstantsBind | Ways.Bars,
        [".swift"] = Ways.SlashComments | Ways.BraceLambdas | Ways.LongStrings,
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
        Add(Use.Declares, "class define for interface lambda mixin mut object protocol record struct trait type union");
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

    /// <summary>Of an expression, not of names and their types.</summary>
    static readonly SearchValues<byte> s_noNames = SearchValues.Create("={};\"|&.+-"u8);

    /// <summary>What may stand between a function's parameters and its body.</summary>
    static readonly string[] s_behindParameters = ["const", "noexcept", "override", "final"];

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
        bool _overrides; // what is declared next is declared elsewhere
        int _parentheses, _braces, _brackets;
        int _parameters = -1; // parentheses outside of them
        int _receiver = -1; // the same
        ulong _members; // by how many braces are open, whether members stand in the innermost
        bool _membersFollow;
        int _pattern = -1; // brackets outside of it
        int _list = -1; // brackets outside of a list of names that a statement declares: Type name, name
        ulong _inBraces; // by how many brackets are open, whether the innermost is a brace
        bool _binds; // behind let, before what follows it is bound: let Some(name)
        bool _isHead; // of a method of Objective-C: - (Type)name:(Type)name
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
                    if (_mark != ',') _list = -1;
                    _binds = false;
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
                    int length = StringLength(_text[i..], _ways, i > 0 && _text[i - 1] == '@' || i > 1 && _text[i - 1] == '$' && _text[i - 2] == '@', out bool isLong);
                    if (length > 0) AddWords(_text.Slice(i, length), plainOnly: isLong, _names);
                    TakeMark(i, (byte)'"');
                    i += Math.Max(1, length);
                    if (length == 0 && b == '\'' && !_ways.HasFlag(Ways.Apostrophes))
                    {
                        while (i < _text.Length && IsLetterOrDigit(_text[i])) i++; // a lifetime
                    }
                }
                else if (b == '.' && _text[i..].StartsWith("..."u8)) i += 3; // `Type... name`, `...name`
                else if (b == '=' && _text[i..].StartsWith("=>"u8) && !_ways.HasFlag(Ways.HashComments)) // no type's last mark
                {
                    TakeMark(i, (byte)'=');
                    i += 2;
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
            if (_ways.HasFlag(Ways.HashComments) && word.SequenceEqual("as"u8)) use = Use.Binds;
            if (_ways.HasFlag(Ways.Backticks) && word.SequenceEqual("catch"u8)) use = Use.Function;
            if (word.SequenceEqual("exports"u8) || word.SequenceEqual("cls"u8)) use = Use.Self;
            if (word.SequenceEqual("NS_ENUM"u8) || word.SequenceEqual("NS_OPTIONS"u8)) use = Use.Enum;
            if (_mark == '.' && use != Use.Self) use = Use.Name; // `.let {`, `.init(`, `.catch(`
            if (use == Use.Binds && word is [(byte)'c', ..] && !_ways.HasFlag(Ways.ConstantsBind)) use = Use.Modifier;
            if (use is Use.Name or Use.Self && IsDeclared(end))
            {
                if (IsName(word) && !_overrides && !IsOverride(_text[end..])) _names.Add(Token.OfName(hash));
                _overrides = false;
            }
            if (word.SequenceEqual("override"u8) || _mark == '@' && word.SequenceEqual("Override"u8) || _mark == 0 && _use == Use.Modifier && word.SequenceEqual("new"u8)) _overrides = true;
            if (use == Use.Name && _mark == 0 && (_hasName || _use is Use.Binds) && InStatement && !IsPython) _list = _brackets;
            if (_mark != '.' && word.SequenceEqual("for"u8) && LoopLength(_text[end..]) is > 0 and int loop) AddParameters(_text.Slice(end, loop));
            if (IsPython && word.SequenceEqual("lambda"u8) && _text.Slice(end, Math.Min(LongestList, _text.Length - end)).IndexOf((byte)':') is > 0 and int head) AddParameters(_text.Slice(end, head));
            // `name Type`, also where the type is a word of the language.
            if (_ways.HasFlag(Ways.NameFirst) && _hasName) Add(_text[_name], _names);
            if (use == Use.Function) _parameters = _parentheses;
            if (use == Use.Binds && word.SequenceEqual("let"u8)) _binds = _ways.HasFlag(Ways.Bars);
            if (use == Use.Enum || _ways.HasFlag(Ways.NameFirst) && word.SequenceEqual("interface"u8)) _membersFollow = true;
            if (use == Use.Namespace) _inNamespace = true;
            (_mark, _use, _name, _hasName, _isLineStart, _isNullable, _isMethod) = (0, use, start..end, use == Use.Name, false, false, false);
        }

        /// <summary>Whether no other bracket than a brace is the innermost.</summary>
        readonly bool InStatement => _brackets == 0 || (_inBraces >> _brackets & 1) != 0;

        readonly bool IsPython => !_ways.HasFlag(Ways.SlashComments);

        readonly bool IsDeclared(int end)
        {
            int next = end;
            if (next < _text.Length && _text[next] == '<') next += TypesLength(_text[next..]);
            while (next < _text.Length && _text[next] is (byte)' ' or (byte)'\t') next++;
            byte mark = next < _text.Length ? _text[next] : (byte)0;
            byte second = next + 1 < _text.Length ? _text[next + 1] : (byte)0;
            bool isArgument = _mark is (byte)'(' or (byte)',';
            bool isThinArrow = _ways.HasFlag(Ways.ThinArrows) && mark == '-' && second == '>';
            bool isArrow = mark == '=' && second == '>' || isThinArrow;

            if (_mark == 0)
            {
                if (_use == Use.Function && mark == '.') return false; // what is extended
                if (_use is Use.Declares or Use.Binds or Use.Function or Use.Namespace or Use.Enum) return true;
                if (_hasName && !_ways.HasFlag(Ways.NameFirst)) return true;
                if (_use == Use.Modifier && (mark == ';' || isArrow || mark == '(' && HasBody(_text[next..]))) return true;
            }
            if (_inNamespace || _isNullable || _isMethod || _pattern >= 0) return true;
            if (_parameters >= 0 && (isArgument || mark == '(' && _parentheses == _parameters)) return true;
            if (isArrow && (_mark is (byte)'(' or (byte)'=' || _mark == ',' && !InStatement || _ways.HasFlag(Ways.Bars) && _mark is (byte)',' or (byte)'{' or (byte)'}')) return true;
            if (mark == '=' && second != '=' && !isArrow && (_mark == '.' ? _useBeforeMark == Use.Self || _text[(next + 1)..].TrimStart((byte)' ').StartsWith("function"u8) : !isArgument)) return true;
            if ((mark == ',' || _mark == ',') && (_mark != '.' || _useBeforeMark == Use.Self) && IsBound(_text[next..])) return true;
            if (_mark == ',' && (_list == _brackets || _membersFollow)) return true;
            if (_isHead && _mark == ')') return true;
            if (!_ways.HasFlag(Ways.NamedArguments) && (mark == ':' && second != ':' || mark is (byte)'?' or (byte)'!' && second == ':') && (_mark is not ((byte)'?' or (byte)'.' or (byte)':') || _mark == ':' && _isLineStart || _mark == '.' && _useBeforeMark == Use.Self) && (_mark != 0 || _use != Use.Case && (_use != Use.Statement || !IsPython))) return true;
            if (_mark is (byte)'>' or (byte)']' or (byte)'*' or (byte)'&' && mark is (byte)'(' or (byte)';' or (byte)'=' or (byte)',' or (byte)')' or (byte)'{') return true;
            if ((_members >> _braces & 1) != 0 && (_mark is (byte)'{' or (byte)',' or (byte)']' || _mark == 0 && _use == Use.Case || _isLineStart && _ways.HasFlag(Ways.NameFirst))) return true;
            if (_isLineStart && _ways.HasFlag(Ways.NameFirst) && (_inConstants || mark is (byte)'*' or (byte)'[' && next > end)) return true;
            if (_mark == '}' && mark == ';') return true; // typedef struct { ... } name;
            return mark == '(' && !_ways.HasFlag(Ways.BraceLambdas) && (_mark is (byte)'{' or (byte)'}' or (byte)';' or (byte)')' or (byte)':' || _mark == ',' && InStatement) && HasBody(_text[next..]);
        }

        void TakeMark(int at, byte mark)
        {
            _isMethod = false;
            _isNullable = mark == '?' && (_hasName || _mark is (byte)'>' or (byte)']') && _text[at - 1] > ' ' && at + 1 < _text.Length && _text[at + 1] == ' ';
            if (mark is (byte)';' or (byte)'}' || mark == '{' && InStatement) _overrides = false; // but not in an annotation: @Name({ ... })
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
                    if (_opened >= 0 && IsLambda(_text[(at + 1)..].TrimStart((byte)' '))) AddParameters(_text[_opened..at]);
                    _opened = -1;
                    break;
                case (byte)'{':
                    if (_braces < MostBraces) _braces++;
                    _inNamespace = false;
                    _parameters = -1;
                    _members = _members & ~(1UL << _braces) | (_membersFollow ? 1UL << _braces : 0);
                    _membersFollow = false;
                    (_list, _isHead) = (-1, false);
                    if (_ways.HasFlag(Ways.BraceLambdas) && LambdaLength(_text[(at + 1)..]) is > 0 and int lambda) AddParameters(_text.Slice(at + 1, lambda));
                    break;
                case (byte)'}':
                    _list = -1;
                    _braces = Math.Max(0, _braces - 1);
                    break;
                case (byte)';':
                    (_inNamespace, _membersFollow, _parameters, _pattern, _list, _isHead) = (false, false, -1, -1, -1, false);
                    break;
                case (byte)'|':
                    if (_ways.HasFlag(Ways.Bars) && (_mark is (byte)'(' or (byte)',' or (byte)'=' or (byte)'{' || _mark == 0 && _use == Use.Statement)
                        && _text.Slice(at + 1, Math.Min(LongestList, _text.Length - at - 1)).IndexOf((byte)'|') is > 0 and int bar) AddParameters(_text.Slice(at + 1, bar));
                    break;
                case (byte)'-' or (byte)'+':
                    if (_isLineStart && !IsPython && !_ways.HasFlag(Ways.ConstantsBind) && _text[(at + 1)..].TrimStart((byte)' ') is [(byte)'(', ..]) _isHead = true;
                    break;
            }
            if (mark is (byte)'(' or (byte)'[' or (byte)'{')
            {
                if (_pattern < 0 && (_mark == 0 && _use == Use.Binds && !_inConstants || _binds && mark != '[')) _pattern = _brackets;
                _brackets++;
                _inBraces = _inBraces & ~(1UL << _brackets) | (mark == '{' ? 1UL << _brackets : 0);
            }
            else if (mark is (byte)')' or (byte)']' or (byte)'}')
            {
                _brackets = Math.Max(0, _brackets - 1);
                if (_brackets <= _pattern) _pattern = -1;
            }
            if (_mark == 0) _useBeforeMark = _use;
            if (mark is (byte)'=' or (byte)';' || mark == ':' && _text[(at + 1)..] is not [(byte)':', ..] && _mark != ':') _binds = false;
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
                bool isLast = parameters[(i + 1)..].TrimStart(" \t\r\n"u8) is [] or [(byte)',' or (byte)':' or (byte)'=' or (byte)'?' or (byte)'}' or (byte)']' or (byte)')', ..];
                if (isLast && mark is not ((byte)':' or (byte)'=' or (byte)'.')) Add(parameters[start..(i + 1)], _names);
            }
        }

        static int CommentLength(ReadOnlySpan<byte> text, Ways ways)
        {
            if (text[0] == '#' ? ways.HasFlag(Ways.HashComments) && !text.StartsWith("#["u8) : ways.HasFlag(Ways.SlashComments) && text.StartsWith("//"u8))
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
        /// <param name="isAt">Whether it stands behind an `@`.</param>
        /// <param name="isLong">Whether it has three of them: it is text of many lines, or documentation.</param>
        static int StringLength(ReadOnlySpan<byte> text, Ways ways, bool isAt, out bool isLong)
        {
            byte quote = text[0];
            isLong = false;
            if (isAt && quote == '"' && ways.HasFlag(Ways.RawStrings))
            {
                int end = 1;
                while (end < Math.Min(text.Length, LongestString))
                {
                    if (text[end] != quote) end++;
                    else if (end + 1 < text.Length && text[end + 1] == quote) end += 2;
                    else return end + 1;
                }
                return 0;
            }
            int quotes = Math.Min(text.Length, ways.HasFlag(Ways.RawStrings) ? MostQuotes : 3);
            if (text[..quotes].IndexOfAnyExcept(quote) is >= 0 and int other) quotes = other;
            if (quotes >= 3 && ways.HasFlag(Ways.LongStrings) && text[quotes..].IndexOf(text[..quotes]) is >= 0 and int close)
            {
                isLong = true;
                return close + 2 * quotes;
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

        /// <summary>What stands behind the parentheses that open here; nothing if none do.</summary>
        static ReadOnlySpan<byte> BehindParameters(ReadOnlySpan<byte> text)
        {
            if (text is not [(byte)'(', ..]) return default;
            text = text[..Math.Min(text.Length, LongestArguments)];
            int depth = 0;
            for (int i = 0; i < text.Length; i++)
            {
                if (text[i] == '(') depth++;
                else if (text[i] == ')' && --depth == 0) return text[(i + 1)..];
            }
            return default;
        }

        /// <summary>Whether parentheses that open here have the beginning of a body behind them.</summary>
        static bool HasBody(ReadOnlySpan<byte> text)
        {
            text = BehindParameters(text).TrimStart(" \t\r\n"u8);
            foreach (string word in s_behindParameters)
            {
                if (text.StartsWith(Encoding.ASCII.GetBytes(word))) text = text[word.Length..].TrimStart(" \t\r\n"u8);
            }
            return text is [(byte)'{' or (byte)':', ..] || text.StartsWith("throws "u8);
        }

        /// <summary>Whether parentheses that open here have `override` behind them, in the same line.</summary>
        static bool IsOverride(ReadOnlySpan<byte> text)
        {
            text = BehindParameters(text).TrimStart((byte)' ');
            if (text.StartsWith("const"u8)) text = text["const".Length..].TrimStart((byte)' ');
            if (text.StartsWith("noexcept"u8)) text = text["noexcept".Length..].TrimStart((byte)' ');
            return text.StartsWith("override"u8);
        }

        /// <summary>Whether a list of names that goes on or ends here is bound: `, name = `, `, name := `, `, name) = `; in Go also `, name Type`.</summary>
        readonly bool IsBound(ReadOnlySpan<byte> list)
        {
            list = list[..Math.Min(list.Length, LongestList)];
            while (list is [(byte)',', ..])
            {
                list = list[1..].TrimStart(" \t$*&"u8);
                int length = 0;
                while (length < list.Length && (IsLetterOrDigit(list[length]) || list[length] == '.')) length++;
                if (length == 0) break;
                list = list[length..];
                if (_ways.HasFlag(Ways.NameFirst) && list is [(byte)' ', var type, ..] && (IsLetter(type) || _isLineStart && type is (byte)'*' or (byte)'[')) return true;
                list = list.TrimStart(" \t"u8);
            }
            bool closes = list is [(byte)')' or (byte)']', ..];
            if (closes) list = list[1..].TrimStart(" \t"u8);
            return list is [(byte)':', (byte)'=', ..] || (closes || InStatement) && list is [(byte)'=', not ((byte)'=' or (byte)'>'), ..];
        }

        /// <summary>Length of what a loop names: what stands before `in`; 0 if it is none of these loops.</summary>
        static int LoopLength(ReadOnlySpan<byte> text)
        {
            text = text[..Math.Min(text.Length, LongestList)];
            int end = text.IndexOf(" in "u8);
            return end < 0 || text[..end].ContainsAny("=;\n"u8) ? 0 : end;
        }

        /// <summary>Length of what a lambda names behind its brace; 0 if nothing is.</summary>
        static int LambdaLength(ReadOnlySpan<byte> text)
        {
            text = text[..Math.Min(text.Length, LongestList)];
            if (text.IndexOf((byte)'\n') is >= 0 and int line) text = text[..line];
            int arrow = text.IndexOf(" ->"u8), end = text.IndexOf(" in"u8);
            if (end >= 0 && end + 3 < text.Length && text[end + 3] > ' ') end = -1;
            end = arrow < 0 || end >= 0 && end < arrow ? end : arrow;
            return end < 0 || text[..end].ContainsAny(s_noNames) || text[..end].TrimStart((byte)' ').StartsWith("for "u8) ? 0 : end;
        }

        /// <summary>Whether what stands in parentheses before this is what a lambda or an arm names.</summary>
        readonly bool IsLambda(ReadOnlySpan<byte> text) =>
            _ways.HasFlag(Ways.BlockLambdas) && _text[.._opened].TrimEnd((byte)' ') is [.., var before] && !IsLetterOrDigit(before) && (text is [(byte)'{', ..] || text.StartsWith("async {"u8)) || text.StartsWith("=>"u8) || _ways.HasFlag(Ways.ThinArrows) && text.StartsWith("->"u8) || _ways.HasFlag(Ways.Bars) && text.StartsWith("if "u8);

        /// <summary>Length of the parameters in angle brackets that open here before those in parentheses; 0 if none do.</summary>
        static int TypesLength(ReadOnlySpan<byte> text)
        {
            text = text[..Math.Min(text.Length, LongestList)];
            int depth = 0;
            for (int i = 0; i < text.Length && text[i] is not ((byte)';' or (byte)'(' or (byte)'{' or (byte)'\n'); i++)
            {
                if (text[i] == '<') depth++;
                else if (text[i] == '>' && --depth == 0) return i + 1 < text.Length && text[i + 1] == '(' ? i + 1 : 0;
            }
            return 0;
        }
    }
}
