namespace LeakScan.Quality.Tables;

static class Markdown
{
    internal static void Print(string[] head, IEnumerable<string[]> rows)
    {
        Console.WriteLine($"| {string.Join(" | ", head)} |");
        Console.WriteLine($"|{string.Concat(Enumerable.Repeat("---|", head.Length))}");
        foreach (string[] row in rows) Console.WriteLine($"| {string.Join(" | ", row)} |");
        Console.WriteLine();
    }
}
