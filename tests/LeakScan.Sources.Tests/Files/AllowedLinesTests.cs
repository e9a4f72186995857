using System.Text;
using CsCheck;
using LeakScan.Sources.Files;

namespace LeakScan.Sources.Tests.Files;

public class AllowedLinesTests
{
    [Fact]
    public void Marked_lines_are_empty_and_all_others_stay()
    {
        Gen<string> line = Gen.OneOf(Gen.Const("x = 1"), Gen.Const(""), Gen.Const("y // leakscan:allow"), Gen.Const("leakscan:allow leakscan:allow"), Gen.Const("leakscan:al"));
        line.Array[0, 12].Sample(lines =>
        {
            string expected = string.Join('\n', lines.Select(text => text.Contains("leakscan:allow", StringComparison.Ordinal) ? "" : text));
            byte[] bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
            return Encoding.UTF8.GetString(bytes, 0, AllowedLines.Empty(bytes)) == expected;
        });
    }
}
