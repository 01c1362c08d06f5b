namespace HyperGen.Http3.Tests;

public sealed class GlitchBudgetTests
{
    [Fact]
    public void A_burst_of_a_thousand_is_allowed_and_no_more()
    {
        var budget = default(GlitchBudget);
        for (int glitch = 0; glitch < 1_000; glitch++)
        {
            Assert.True(budget.TrySpend(5_000_000));
        }
        Assert.False(budget.TrySpend(5_000_000));
    }

    [Fact]
    public void It_refills_with_time()
    {
        var budget = default(GlitchBudget);
        Assert.True(budget.TrySpend(0, 1_000));
        Assert.True(budget.TrySpend(1_000_000, 33));
        Assert.False(budget.TrySpend(1_000_000, 1));
    }
}
