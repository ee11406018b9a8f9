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
    public void The_wait_for_a_quota_per_minute_is_longer(int retries, double seconds) => Assert.Equal(seconds, Delay(Failure(RetryAdvice.Patiently), retries));

    [Fact]
    public void Jitter_shortens_a_wait_by_at_most_a_quarter() => Assert.Equal(1.5, Delay(Failure(RetryAdvice.Soon), 0, chance: 0));

    [Fact]
    public void A_permanent_failure_is_not_retried() => Assert.Null(Delay(Failure(RetryAdvice.Never), 0));

    [Fact]
    public void A_failure_to_be_retried_once_is_not_retried_twice()
    {
        Assert.NotNull(Delay(Failure(RetryAdvice.Once), 0));
        Assert.Null(Delay(Failure(RetryAdvice.Once), 1));
    }

    [Fact]
    public void The_maximum_number_of_retries_applies() => Assert.Null(Delay(Failure(RetryAdvice.Soon), 3, maximum: 3));

    [Fact]
    public void The_wait_requested_by_the_service_applies() => Assert.Equal(7, Delay(Failure(RetryAdvice.Soon, TimeSpan.FromSeconds(7)), 2));

    [Fact]
    public void A_wait_of_more_than_a_minute_is_an_error() => Assert.Null(Delay(Failure(RetryAdvice.Soon, TimeSpan.FromHours(1)), 0));
}
