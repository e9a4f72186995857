using System.Numerics;
using LeakScan.Quality.Measures;

namespace LeakScan.Quality.Tests.Measures;

public sealed class SignTestTests
{
    [Fact]
    public void IsTheTailOfFairCoins()
    {
        for (int changed = 0; changed <= 40; changed++)
        {
            for (int worse = 0; worse <= changed; worse++)
            {
                BigInteger ways = 0, binomial = 1;
                for (int k = 0; k <= changed; k++)
                {
                    if (k >= worse) ways += binomial;
                    binomial = binomial * (changed - k) / (k + 1);
                }
                Assert.Equal((double)ways / Math.Pow(2, changed), SignTest.Tail(worse, changed - worse), 1e-9);
            }
        }
    }

    [Fact]
    public void ManyRecordsDoNotOverflow()
    {
        Assert.Equal(0.5, SignTest.Tail(50_000, 50_000), 2);
        Assert.Equal(0, SignTest.Tail(60_000, 40_000), 9);
    }
}
