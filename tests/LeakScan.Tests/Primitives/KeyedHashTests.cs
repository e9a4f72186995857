using System.Security.Cryptography;
using LeakScan.Primitives;

namespace LeakScan.Tests.Primitives;

public sealed class KeyedHashTests
{
    [Fact]
    public void EveryLengthHashesAsThePlatformDoes()
    {
        Random random = new(1);
        byte[] hash = new byte[KeyedHash.SizeBytes];
        for (int length = 0; length < 300; length++)
        {
            byte[] message = new byte[length];
            byte[] key = new byte[length % 65];
            random.NextBytes(message);
            random.NextBytes(key);
            KeyedHash.Compute(key, message, hash);
            Assert.Equal(HMACSHA256.HashData(key, message), hash);
        }
    }
}
