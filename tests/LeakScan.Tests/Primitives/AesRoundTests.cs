using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LeakScan.Primitives;

namespace LeakScan.Tests.Primitives;

public sealed class AesRoundTests
{
    /// <summary>FIPS 197, appendix B: the state at the start of rounds 1 and 2, and the round key of round 1.</summary>
    [Fact]
    public void IsTheRoundOfFips197()
    {
        UInt128 state = Parse("193de3bea0f4e22b9ac68d2ae9f84808");
        UInt128 key = Parse("a0fafe1788542cb123a339392a6c7605");
        Assert.Equal(Parse("a49c7ff2689f352b6b5bea43026a5049"), Encrypt(state, key));
    }

    [Fact]
    public void IsTheInstruction()
    {
        if (!Aes.IsSupported) return; // the FIPS vector above stands for it
        Random random = new(21);
        byte[] bytes = new byte[32];
        for (int i = 0; i < 10_000; i++)
        {
            random.NextBytes(bytes);
            Vector128<byte> wanted = Aes.Encrypt(Vector128.Create(bytes, 0), Vector128.Create(bytes, 16));
            UInt128 got = Encrypt(BitConverter.ToUInt128(bytes, 0), BitConverter.ToUInt128(bytes, 16));
            Assert.Equal(new UInt128(wanted.AsUInt64()[1], wanted.AsUInt64()[0]), got);
        }
    }

    static UInt128 Encrypt(UInt128 state, UInt128 key)
    {
        (ulong low, ulong high) = AesRound.Encrypt((ulong)state, (ulong)(state >> 64), (ulong)key, (ulong)(key >> 64));
        return new(high, low);
    }

    static UInt128 Parse(string hex) => BitConverter.ToUInt128(Convert.FromHexString(hex));
}
