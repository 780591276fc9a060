using Ledger.Explorer.Writing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Writing;

/// <summary>What answers take in memory, and which of them make room.</summary>
public sealed class KeptAnswersTests : IDisposable
{
    private readonly KeptAnswers _answers = new(TimeProvider.System);
    private readonly ServiceProvider _application = new ServiceCollection().BuildServiceProvider();
    private readonly ExplorerServices _explorer;
    private int _answered;

    public KeptAnswersTests() =>
        _explorer = new ExplorerServices(new AgentLedger(new MemoryEventStore()), new LedgerExplorerOptions(), "", _application);

    public void Dispose() => _application.Dispose();

    [Fact]
    public async Task Answers_OfManyBytes_MakeRoomTheOldestFirst()
    {
        for (var i = 0; i < 300; i++)
        {
            await AskAsync($"k-{i}", 250_000);
        }

        (await AskAsync("k-299", 250_000)).ShouldBe(300);
        (await AskAsync("k-100", 250_000)).ShouldBe(300);
        (await AskAsync("k-0", 250_000)).ShouldBe(301);
    }

    [Fact]
    public async Task Answer_UnderWay_MakesNoRoom()
    {
        var ready = new TaskCompletionSource();
        var first = AskAsync("first", 1, ready.Task);
        for (var i = 0; i < 10_001; i++)
        {
            await AskAsync($"k-{i}", 1);
        }

        var again = AskAsync("first", 1);
        again.IsCompleted.ShouldBeFalse();
        ready.SetResult();
        await first;
        (await again).ShouldBe(10_002);
    }

    /// <summary>Asks for an answer of a size, and tells how many were answered so far and not repeated.</summary>
    private async Task<int> AskAsync(string key, int size, Task? ready = null)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers["Idempotency-Key"] = key;
        http.Response.Body = Stream.Null;
        var request = new ExplorerRequest(http, _explorer);
        await _answers.AnswerAsync(request, (await RequestKey.FindAsync(http))!, async () =>
        {
            _answered++;
            await (ready ?? Task.CompletedTask);
            await http.Response.Body.WriteAsync(new byte[size]);
        });
        return _answered;
    }
}
