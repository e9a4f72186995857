using LeakScan.Matching;

namespace LeakScan.Tests.Matching;

public class StructureEvidenceTests
{
    [Fact]
    public void PlacementCostsNothingLessInALongerTextOrALargerIndex()
    {
        for (long tokens = 1; tokens < 1 << 20; tokens = tokens * 9 / 8 + 1)
        {
            double cost = StructureEvidence.PlacementBits(1 << 20, tokens);
            Assert.InRange(cost, 0, StructureEvidence.PlacementBits(1 << 20, tokens + 1));
            Assert.InRange(cost, StructureEvidence.PlacementBits(1 << 10, tokens), StructureEvidence.PlacementBits(1 << 30, tokens));
        }
        Assert.Equal(0, StructureEvidence.PlacementBits(2, 2));
    }

    [Fact]
    public void BeyondSomeHundredTokensAPlaceCostsOnlyWhatItTakesToName()
    {
        double some = StructureEvidence.PlacementBits(1 << 20, 1 << 10);
        Assert.Equal(2, StructureEvidence.PlacementBits(1 << 20, 1 << 11) - some, 1e-9);
        Assert.InRange(some - StructureEvidence.PlacementBits(1 << 20, 1 << 7), 6 + 1, 6 + 1.5 * Evidence.WarnBits);
    }
}
