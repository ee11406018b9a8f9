using QwenChat.Http;
using Xunit;

namespace QwenChat.Tests.Http;

public class RetryPolicyTests
{
    private sealed class Chance(double value) : Random
    {
        public override double NextDouble() => value;
    }

    private static QwenException Failure(RetryAdvice advice, TimeSpan? retryAfter = null) =>
        new(QwenErrorKind.RateLimited, "busy") { Retry = advice, RetryAfter = retryAfter };

    private static double? Delay(QwenException failure, int retries, int maximum = 9, double chance = 1) =>
        RetryPolicy.NextDelay(failure, retries, maximum, new Chance(chance))?.TotalSeconds;

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 4)]
    [InlineData(2, 8)]
    [InlineData(5, 60)]
    public void Waits_double_from_two_seconds_to_a_minute(int retries, double seconds) => Assert.Equal(seconds, Delay(Failure(RetryAdvice.Soon), retries));

    [Theory]
    [InlineData(0, 15)]
    [InlineData(1, 30)]
    [InlineData(2, 60)]
    [InlineData(3, 60)]
    public void A_quota_per_minute_is_waited_for_longer(int retries, double seconds) => Assert.Equal(seconds, Delay(Failure(RetryAdvice.Patiently), retries));

    [Fact]
    public void Chance_shortens_a_wait_by_a_quarter_at_most() => Assert.Equal(1.5, Delay(Failure(RetryAdvice.Soon), 0, chance: 0));

    [Fact]
    public void What_cannot_pass_is_not_tried_again() => Assert.Null(Delay(Failure(RetryAdvice.Never), 0));

    [Fact]
    public void Once_is_once()
    {
        Assert.NotNull(Delay(Failure(RetryAdvice.Once), 0));
        Assert.Null(Delay(Failure(RetryAdvice.Once), 1));
    }

    [Fact]
    public void The_users_limit_holds() => Assert.Null(Delay(Failure(RetryAdvice.Soon), 3, maximum: 3));

    [Fact]
    public void What_the_service_asks_for_counts() => Assert.Equal(7, Delay(Failure(RetryAdvice.Soon, TimeSpan.FromSeconds(7)), 2));

    [Fact]
    public void A_longer_wait_than_a_minute_is_the_users_decision() => Assert.Null(Delay(Failure(RetryAdvice.Soon, TimeSpan.FromHours(1)), 0));
}
