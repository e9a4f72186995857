using System.Text;
using CsCheck;
using LeakScan.Matching;

namespace LeakScan.Tests.Matching;

public sealed class NoveltyTests
{
    static int Count(string before, string counted, string behind = "")
    {
        byte[] text = new byte[Novelty.Before + counted.Length + behind.Length];
        Encoding.ASCII.GetBytes(before, text.AsSpan(Novelty.Before - before.Length));
        Encoding.ASCII.GetBytes(counted + behind, text.AsSpan(Novelty.Before));
        return Novelty.CountNew(text, counted.Length);
    }

    /// <summary>The definition, word for word.</summary>
    static int Oracle(ReadOnlySpan<byte> text, int count)
    {
        bool[] repeated = new bool[text.Length];
        for (int i = Novelty.Window; i + Novelty.RepeatedCharacters <= text.Length; i++)
        {
            ReadOnlySpan<byte> run = text.Slice(i, Novelty.RepeatedCharacters);
            for (int back = 1; back <= Novelty.Window; back++)
            {
                if (run.SequenceEqual(text.Slice(i - back, Novelty.RepeatedCharacters))) repeated.AsSpan(i, Novelty.RepeatedCharacters).Fill(true);
            }
        }
        return repeated.AsSpan(Novelty.Before, count).Count(false);
    }

    [Fact]
    public void IsThatOfTheDefinition() =>
        Gen.Select(Gen.Byte[97, 99].Array[0, 8], Gen.Select(Gen.Int[1, 40], Gen.Int[1, 30], Gen.Byte[97, 100]).Array[0, 12], Gen.Int[0, 250], Gen.Int[0, 11]).Sample((start, pieces, count, behind) =>
        {
            // Runs of other letters, and stretches of what stands some characters back.
            List<byte> text = [.. new byte[Novelty.Before - 8], .. start];
            foreach ((int length, int back, byte letter) in pieces)
            {
                for (int i = 0; i < length; i++) text.Add(text[^back]);
                text.Add(letter);
            }
            count = Math.Clamp(text.Count - Novelty.Before, 0, count);
            ReadOnlySpan<byte> all = text.ToArray().AsSpan(0, Math.Min(text.Count, Novelty.Before + count + behind));
            return all.Length < Novelty.Before || Novelty.CountNew(all, count) == Oracle(all, count);
        }, iter: 20_000, seed: "0000NOVELTYx");

    [Fact]
    public void WhatStandsALineEarlierIsRepeatedAndWhatStandsFarBackIsNot()
    {
        const string line = "privatereadonly", name = "itaskmanager";
        Assert.Equal(line.Length + name.Length, Count("", line + name));
        Assert.Equal(name.Length, Count(line + "x", line + name));
        Assert.Equal(line.Length + name.Length, Count("", line + name + "_" + name) - 1);
        Assert.Equal(line.Length, Count(line + string.Concat(Enumerable.Range('a', 26).Select(c => (char)c)) + "0123456789zyxwvutsrqponmlkj", line));
        Assert.Equal(0, Count("0000000000000", "000000000000"));
    }

    [Fact]
    public void ARepetitionThatTheEndCutsIsOne()
    {
        Assert.Equal(0, Count("publicoverridestring", "publico", "verride"));
        Assert.Equal(7, Count("publicoverridestring", "publico"));
    }
}
