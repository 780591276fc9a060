using Ledger.Wolverine.Tests.Handling;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Ledger.Wolverine.Tests.Forwarding;

/// <summary>Events that reach handlers of their type, from each engine's daemon.</summary>
public abstract class ForwardingTests(WolverineApplication application)
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Events_AreForwardedByType_InTheOrderOfTheirStream()
    {
        var runs = Enumerable.Range(0, 4).Select(n => application.Ledger.GetRun($"{_id}-{n}")).ToList();
        await Task.WhenAll(runs.Select(async run =>
        {
            for (var i = 0; i < 25; i++)
            {
                await run.AppendAsync([new RelationCreated($"r-{i}", "leads", "a", "b"), new KitLoaded("nobody hears of it")]);
            }
        }));

        var heard = await HeardAsync(h => h.Data is RelationCreated, 100);
        foreach (var run in runs)
        {
            var ofRun = heard.Where(h => h.Stream == run.StreamName.Value).ToList();
            ofRun.Select(h => ((RelationCreated)h.Data).Id).ShouldBe(Enumerable.Range(0, 25).Select(i => $"r-{i}"));
            ofRun.Select(h => h.Version).ShouldBe(Enumerable.Range(0, 25).Select(i => (2L * i) + 1));
        }
    }

    [Fact]
    public async Task Handler_OfTheEventAlone_GetsWhatHappened()
    {
        await application.Ledger.GetRun(_id).AppendAsync([new RelationRemoved(_id)]);

        var messages = await application.Host.Services.GetRequiredService<Heard>()
            .WaitAsync(m => m.OfType<Forwarded>().Any(f => f.Data is RelationRemoved removed && removed.Id == _id));
        messages.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Handler_ThatFailedOnce_IsGivenTheEventAgain_BeforeTheNext()
    {
        var run = application.Ledger.GetRun(_id);
        await run.AppendAsync([new RelationCreated("fails", "leads", "a", "b"), new RelationCreated("next", "leads", "a", "b")]);

        (await HeardAsync(h => h.Stream == run.StreamName.Value, 3)).Select(h => ((RelationCreated)h.Data).Id).ShouldBe(["fails", "fails", "next"]);
    }

    private async Task<List<Forwarded>> HeardAsync(Func<Forwarded, bool> isOurs, int count)
    {
        bool IsOfThisTest(Forwarded f) => f.Stream?.Contains(_id, StringComparison.Ordinal) == true && isOurs(f);
        var messages = await application.Host.Services.GetRequiredService<Heard>()
            .WaitAsync(m => m.OfType<Forwarded>().Count(IsOfThisTest) >= count);
        return [.. messages.OfType<Forwarded>().Where(IsOfThisTest)];
    }
}

public sealed class MartenForwardingTests(MartenApplication application) : ForwardingTests(application), IClassFixture<MartenApplication>;

public sealed class NativeForwardingTests(NativeApplication application) : ForwardingTests(application), IClassFixture<NativeApplication>;
