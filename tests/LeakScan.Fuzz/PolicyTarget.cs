using System.Text;

namespace LeakScan.Fuzz;

/// <summary>Mutated policies: a policy, or an error with its place.</summary>
sealed class PolicyTarget : IFuzzTarget
{
    static readonly byte[] s_sound = Encoding.UTF8.GetBytes(
        """{"$schema":"leakscan.policy/1","rules":[{"label":"a","destination":"*","verdict":"block","minCharacters":96},{"kind":"structural","verdict":"warn","minEvidenceBits":1.5}],"onError":"block"}""");

    public byte[] Make(Random random)
    {
        List<byte> bytes = [.. s_sound];
        for (int i = random.Next(6); i >= 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(3))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(12), bytes.Count - at));
                    if (bytes.Count == 0) bytes.Add((byte)'{');
                    break;
                case 2:
                    int from = random.Next(s_sound.Length);
                    bytes.InsertRange(at, s_sound[from..Math.Min(s_sound.Length, from + random.Next(20))]);
                    break;
            }
        }
        return [.. bytes];
    }

    public string Run(byte[] input)
    {
        try
        {
            Policy.Parse(input, "fuzz");
            return "read";
        }
        catch (PolicyException e) when (e.Message.StartsWith("fuzz:", StringComparison.Ordinal))
        {
            return "refused";
        }
    }
}
