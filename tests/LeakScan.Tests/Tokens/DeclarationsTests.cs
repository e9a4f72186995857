using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using LeakScan.Tests.Support;
using LeakScan.Tokens;

namespace LeakScan.Tests.Tokens;

[Trait("Category", "TierIndependent")]
public sealed class DeclarationsTests
{
    /// <summary>Names that a line declares, and names that it uses.</summary>
    [Theory]
    [InlineData("a.cs", "class Ledger : Journal<Entry> { }", "Ledger", "Journal Entry")]
    [InlineData("a.cs", "public async Task<Balance> CloseBooks(Period month) => await store.FirstOrDefaultAsync(month);", "CloseBooks month", "Task Balance Period FirstOrDefaultAsync")]
    [InlineData("a.cs", "public DateTimeOffset? PublishedAt { get; set; }", "PublishedAt", "DateTimeOffset")]
    [InlineData("a.cs", "const decimal Threshold = 3; const string Caption = null;", "Threshold Caption", "")]
    [InlineData("a.cs", "namespace Corp.Ledgers.Core;\nusing Vendor.Printing;", "Corp Ledgers Core", "Vendor Printing")]
    [InlineData("a.cs", "enum Phase { Opened, Closing = 2 }\nvar phase = Outer.Opening;", "Phase Opened Closing", "Outer Opening")]
    [InlineData("a.cs", "var found = list.GroupBy(item => item.Amount > Zero.Value);", "found item", "list GroupBy Amount Value")]
    [InlineData("A.java", "@Override public void onReceive(Context source) { super.onReceive(source.getIntent()); }", "source", "onReceive Context getIntent")]
    [InlineData("A.java", "private final Logger ledgerLog = LoggerFactory.getLogger(Ledger.class);", "ledgerLog", "Logger LoggerFactory getLogger")]
    [InlineData("a.cpp", "void Ledger::close(const QString &title, QWidget *owner) { layout->setSpacing(Spacing); }", "close title owner", "QString QWidget setSpacing Spacing")]
    [InlineData("a.h", "#define MAX_LEDGERS 12\n#include <QWidget>\ntypedef struct { int pages; } book_t;", "MAX_LEDGERS pages book_t", "QWidget")]
    [InlineData("a.py", "def close_books(self, month, *extras, **options):\n    self.total = sum_of(month)\n    plt.title = 3\n    nn.Linear(width, bias=False)", "close_books month extras options total", "sum_of title Linear width bias")]
    [InlineData("a.py", "from torch import tensor\nfor shard in shards:\n    if shard.ready:\n        run(shard)", "shard", "torch tensor shards ready")]
    [InlineData("a.py", "with open_ledger(name) as handle:\n    pass", "handle", "open_ledger")]
    [InlineData("a.go", "func (l *Ledger) Close(month Period) error { return errors.Wrap(errClosing, month.Title) }", "Close month", "Period Wrap errClosing Title")]
    [InlineData("a.go", "type Ledger struct {\n\tPages []Page\n\tOwner *auth.User\n\tTotal float\n}", "Ledger Pages Owner Total", "Page auth User")]
    [InlineData("a.go", "const (\n\tFirstPhase Phase = iota\n\tSecondPhase\n)\ntype Closer interface {\n\tCloseAll(ctx.Context)\n}", "FirstPhase SecondPhase Closer CloseAll", "iota Context")]
    [InlineData("a.rs", "pub fn close<'a>(book: &'a Ledger) -> Result<Sums> { let mut total = Sums::default(); total.add_all(book.pages()) }", "close book total", "Ledger Result Sums add_all pages")]
    [InlineData("a.rs", "enum Phase {\n    Opened(Date),\n    #[serde(default)]\n    Closed { pages: usize },\n}", "Phase Opened Closed pages", "Date serde")]
    [InlineData("a.ts", "const { pages, owner: { title } } = useLedger();\nconst [phase, setPhase] = useState(pages);", "pages owner title phase setPhase", "useLedger useState")]
    [InlineData("a.ts", "class Ledger {\n  private pages;\n  close(month) { this.total = expect(month).toBe(1); }\n  async reopen() { }\n}", "Ledger pages close total reopen", "expect toBe")]
    [InlineData("a.tsx", "export const Rows = ({ entry, onPick }, index) => <Grid key={index} onClick={onPick} />;", "Rows entry onPick index", "Grid")]
    [InlineData("a.php", "class Ledger extends Model { private $pages; function close(Month $month, $extra) { return $this->belongsTo($month->owner); } }", "Ledger pages close month extra", "Model belongsTo owner")]
    [InlineData("a.swift", "enum Failure { enum Reason { case missing(path: String) }\n case transport(Reason) }\nfunc close(from start: Date) { session.resume() }", "Failure Reason missing transport close start", "resume")]
    [InlineData("a.cs", "public event EventHandler<Rows>? LedgerClosed;\nconst int MostRows = 3, LeastRows = 2;\nlist.GroupBy(static entry => entry.Size);\nint Extent => Largest(Entire);", "LedgerClosed MostRows LeastRows entry Extent", "Rows Size GroupBy Largest Entire")]
    [InlineData("a.java", "rows.forEach(entry -> entry.run());\nrows.reduce((left, right) -> left.join(right));\nint sum(int... parts) { }", "entry left right parts", "rows forEach reduce join")]
    [InlineData("a.java", "class Ledger {\n  Ledger(Store store) throws IOException { }\n  <TOut> TOut convert(Folder<TOut> folder) { }\n}", "Ledger store convert folder", "IOException")]
    [InlineData("a.cpp", "int Ledger::countRows() const { return total(rows); }\nint first, second = sum(third, fourth);", "countRows first second", "total rows third fourth")]
    [InlineData("a.py", "first, second = pair(third, fourth=5)\nself.left, self.right = one\nfor index, (entry, title) in pages(): pass\nwith both() as (begin, finish): pass", "first second left right index entry title begin finish", "pair third fourth pages both")]
    [InlineData("a.py", "class Ledger(Base):\n    owner: Person = find(lambda page, depth=3: page.size)", "Ledger owner page depth", "Base find size")]
    [InlineData("a.go", "value, err := store.Fetch(month, other)\nif found, okay := rows[value]; okay {\n}\nfunc split() (head, tail string) { }", "value found okay split head tail", "store Fetch month other rows")]
    [InlineData("a.rs", "rows.iter().map(|entry| entry.size).fold(0, |total, (key, next): Pair| total | FLAG | MASK);", "entry total next", "rows iter size fold Pair FLAG MASK")]
    [InlineData("a.rs", "if let Some(found) = rows.first() { }\nmatch shape {\n    Shape::Circle(radius) if radius > 3 => open(1),\n    other => shut(other),\n}\nfor (index, page) in pages { }", "found radius other index page", "rows first open shut pages")]
    [InlineData("a.ts", "const actions = { open() { }, close() { run(); }, count: 0 };\nLedger.prototype.reopen = function () { };\ntry { } catch (failure) { log(failure.cause); }\nrows.catch(handler);\ncollect(first, ...others);", "actions open close count reopen failure", "Ledger rows handler cause collect first others")]
    [InlineData("a.php", "foreach ($pages as $key1 => $page) { }\n[$first, $second] = pair($third);\n#[Route] function later() { }", "key1 page first second later", "pages pair third")]
    [InlineData("a.swift", "rows.map { entry in entry.size }\nrows.reduce(0) { total, next in join(total) }\nfor (index, page) in pages { }", "entry total next index page", "rows size reduce join pages")]
    [InlineData("a.kt", "fun Vendor.closeAll(page: Page) { }\nrows.forEach { entry -> entry.run() }\nuser?.let { current -> show(current, thing) }\nfor ((left, right) in pages) { }", "closeAll page entry current left right", "Vendor rows forEach show thing pages")]
    [InlineData("a.m", "- (void)closeBooks:(Month *)month title:(NSString *)title { [Vendor show:3]; }\ntypedef NS_ENUM(NSInteger, Phase) { PhaseOpen, PhaseShut };", "closeBooks month title Phase PhaseOpen PhaseShut", "NSString Vendor NSInteger")]
    [InlineData("a.dart", "class Ledger extends StatelessWidget with Sums {\n  final List<Page> pages; // '\n  const Ledger({required this.pages, super.key});\n  @override\n  Widget build(BuildContext context) => Padding(padding: EdgeInsets.all(pages.length), child: Label(text: 'sum'));\n}", "Ledger pages context", "build StatelessWidget Widget BuildContext Padding padding EdgeInsets child Label text length")]
    [InlineData("a.dart", "mixin Sums { }\nint get total => rows.fold(0, (sum1, entry) => sum1 + entry.size);\nif (ready) {\n  list.forEach((value) {\n    show(value);\n  });\n  await run(() async { }, (found) async { });\n}", "Sums total sum1 entry value found", "rows fold size ready list forEach show")]
    [InlineData("a.cs", "public override Task<int> ReadAsync(Page page) { }\npublic new Row Fetch() { }\npublic Row Later() => new Other();", "page Later", "ReadAsync Fetch Other")]
    [InlineData("a.h", "void paintEvent(QEvent *event) const override;\nint countRows() const;\nvirtual void later(int width);", "event countRows later width", "paintEvent")]
    [InlineData("a.kt", "override val total: Int = 3\noverride fun onCreate(state: Bundle) { val later = 1 }", "state later", "total onCreate Bundle")]
    [InlineData("a.kt", "interface Ledger {\n    fun close()\n    fun reopen()\n}\noverride fun onCreate() { }", "Ledger close reopen", "onCreate")]
    [InlineData("a.ts", "class Ledger extends Base {\n  override render(page) { }\n  later() { }\n}", "Ledger later", "Base render")]
    [InlineData("a.kt", "fun Ledger() { Column(modifier) { Surface(shape) { pages() } } }", "Ledger", "Column Surface pages")]
    [InlineData("src/closing/ledger_rows.py", "import shelve", "closing ledger_rows", "shelve")]
    [InlineData("a.js", "// the totals of setWindowTitle\nlog('monthly total', \"io.vendor.Widget\", \"form.page_title\");", "totals monthly total form page_title", "setWindowTitle Widget")]
    [InlineData("a.py", "'''All pages of FrameworkThing'''\nx = '''raw'''", "pages", "FrameworkThing")]
    public void NamesAreDeclaredOrUsed(string path, string text, string declared, string used)
    {
        HashSet<uint> names = Find(path, text);
        Assert.All(declared.Split(' ', StringSplitOptions.RemoveEmptyEntries), name => Assert.True(names.Contains(TokenOf(name)), $"{name} is not declared"));
        Assert.All(used.Split(' ', StringSplitOptions.RemoveEmptyEntries), name => Assert.False(names.Contains(TokenOf(name)), $"{name} is declared"));
    }

    /// <summary>What stands in a string, a comment or behind an apostrophe does not change how the rest is read.</summary>
    [Theory]
    [InlineData("a.rs", "fn f<'a>(x: &'a str) { }\nfn later() { }")]
    [InlineData("a.cs", "var s = \"a { \\\" // b\";\nvoid later() { }")]
    [InlineData("a.cs", "/* don't { ( \" */\nvoid later() { }")]
    [InlineData("a.cpp", "char c = '\"';\nvoid later() { }")]
    [InlineData("a.py", "# don't\ndef later(): pass")]
    [InlineData("a.py", "half = whole // 2\ndef later(): pass")]
    [InlineData("a.ts", "const s = `a ${b('x')} \"`;\nfunction later() { }")]
    [InlineData("a.go", "var re = `\"`\nfunc later() { }")]
    [InlineData("a.cs", "} } ) ] )\nvoid later() { }")]
    [InlineData("a.cs", "var s = t.Replace(@\"\"\"\", u);\nvoid later() { }")]
    [InlineData("a.cs", "var s = @\"C:\\\";\nvoid later() { }")]
    [InlineData("a.cs", "var s = \"\"\"\"\n  a \"\"\" { (\n  \"\"\"\";\nvoid later() { }")]
    [InlineData("a.js", "const s = '\"\"\"';\nfunction later() { }")]
    [InlineData("a.py", "x = \"\"\"open\ndef later(): pass")]
    public void WhatIsNoCodeIsPassedOver(string path, string text) => Assert.Contains(TokenOf("later"), Find(path, text));

    [Theory]
    [InlineData("src/App.cs", true)]
    [InlineData("MAIN.PY", true)]
    [InlineData("notes.md", false)]
    [InlineData("app.csproj", false)]
    [InlineData("cs", false)]
    public void CodeIsToldByItsName(string path, bool isCode) => Assert.Equal(isCode, Declarations.IsCode(path));

    [Fact]
    public void ShortNamesAndLongWordsAreNone()
    {
        HashSet<uint> names = Find("a.cs", $"int abc; int {new string('q', Declarations.MaxLetters)}; int {new string('z', Declarations.MaxLetters + 1)};");
        Assert.DoesNotContain(TokenOf("abc"), names);
        Assert.Contains(TokenOf(new string('q', Declarations.MaxLetters)), names);
        Assert.DoesNotContain(TokenOf(new string('z', Declarations.MaxLetters + 1)), names);
    }

    /// <summary>Whatever stands in a file, it is read to its end, and what is found are words of it.</summary>
    [Fact]
    public void OnlyWordsOfTheTextAreFound()
    {
        Gen.Select(
            TextGenerators.Among(
                "class ", "def ", "func ", "const ", "enum ", "namespace ", "module", "ledgers", "Pages ", "xs", "{", "}", "(", ")", "[", "]", ";", ",", ".", ":", "=", "=>", "->", "?", "? ", "\n", " ", "\t",
                "'", "\"", "`", "'''", "\\", "/", "//", "/*", "*/", "#", "$", "é", "\0", "<", ">", "*", "&", "|").Array[0, 60].Select(string.Concat),
            TextGenerators.Among(".cs", ".go", ".py", ".rs", ".ts", ".php", ".swift", ".cpp")).Sample((text, extension) =>
        {
            HashSet<uint> words = [.. Regex.Matches(text, "[A-Za-z_][A-Za-z0-9_]*").SelectMany(m => new[] { TokenOf(m.Value), TokenOf(m.Value[1..]) })];
            HashSet<uint> found = Find("a" + extension, text);
            found.ExceptWith(Find("a" + extension, ""));
            Assert.Subset(words, found);
        }, seed: "0000KLMNOPQR", iter: 10_000);
    }

    static HashSet<uint> Find(string path, string text)
    {
        HashSet<uint> names = [];
        Declarations.Find(path, Encoding.UTF8.GetBytes(text), names);
        return names;
    }

    static uint TokenOf(string name) => Token.OfName(Lexer.HashOf(Encoding.UTF8.GetBytes(name)));
}
