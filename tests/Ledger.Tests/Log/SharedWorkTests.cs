using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log;

public sealed class SharedWorkTests
{
    private static readonly AsyncLocal<string?> Caller = new();

    [Fact]
    public async Task Run_CarriesNothingOfWhoStartsIt()
    {
        Caller.Value = "me";

        (await SharedWork.Run(() => Task.FromResult(Caller.Value))).ShouldBeNull();
        Caller.Value.ShouldBe("me");
        using (ExecutionContext.SuppressFlow())
        {
            _ = SharedWork.Run(() => Task.CompletedTask);
            ExecutionContext.IsFlowSuppressed().ShouldBeTrue();
        }
    }

    [Fact]
    public async Task CreateTimer_CarriesNothingOfWhoMakesIt()
    {
        Caller.Value = "me";
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);

        await using var timer = SharedWork.CreateTimer(
            TimeProvider.System, static state => ((TaskCompletionSource<string?>)state!).TrySetResult(Caller.Value), seen, TimeSpan.FromMilliseconds(1));

        (await seen.Task).ShouldBeNull();
    }
}
