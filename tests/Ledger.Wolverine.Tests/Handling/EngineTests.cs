using Ledger.Records;
using Ledger.Wolverine.Messages;
using Ledger.Wolverine.Sessions;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Wolverine.Runtime;
using Xunit;

namespace Ledger.Wolverine.Tests.Handling;

public sealed class MartenHandlerTests(MartenApplication application) : HandlerTests(application), IClassFixture<MartenApplication>
{
    [Fact]
    public async Task Document_IsSavedWithTheEvent_OrNeither()
    {
        await InvokeAsync(new WriteDocument("document", "kept"));
        await Should.ThrowAsync<Exception>(() => InvokeAsync(
            new WriteDocument("no-document", "lost", "select 1 / (count(*) - count(*)) from ledger.mt_streams")));

        await using var session = application.Host.Services.GetRequiredService<IDocumentStore>().QuerySession();
        (await session.LoadAsync<Note>("document"))!.Body.ShouldBe("kept");
        (await KitsAsync("document")).ShouldBe(["kept at 0"]);
        (await session.LoadAsync<Note>("no-document")).ShouldBeNull();
        (await application.Store.GetStreamAsync(StreamName.Run("no-document"))).ShouldBeNull();
    }

    [Fact]
    public async Task Records_AreSavedWithDocumentAndMessages_OrNothingIs()
    {
        await application.InvokeAndWaitAsync(new Believe("belief", "F-1"));
        await application.InvokeAndWaitAsync(new Believe("belief", "F-2"));
        await Should.ThrowAsync<NotSupportedException>(() => InvokeAsync(new Believe("belief", "F-3", Fails: true)));

        var heard = application.Host.Services.GetRequiredService<Heard>();
        heard.Messages.OfType<Believed>().ShouldBe([new Believed("F-1", 1), new Believed("F-2", 3)]);
        await using var records = new ChronoStore(application.Store, "belief");
        (await records.ReadRecordsAsync().Select(r => r.Id).ToListAsync()).ShouldBe(["F-1", "last", "F-2"]);
        (await records.VerifyChainAsync(new ChronoVerification { Deep = true })).ShouldSatisfyAllConditions(
            v => v.ChainValid.ShouldBeTrue(), v => v.Warnings.ShouldBeEmpty());
        (await records.GetHeadAsync()).Seq.ShouldBe(4);
        await using var session = application.Host.Services.GetRequiredService<IDocumentStore>().QuerySession();
        (await session.LoadAsync<Note>("F-2"))!.Body.ShouldBe("belief");
        (await session.LoadAsync<Note>("F-3")).ShouldBeNull();
    }

    [Fact]
    public async Task Aggregate_OfMartens_IsThatOfTheWholeHistory()
    {
        await InvokeAsync(new PutThing("shelf", "a"));
        await InvokeAsync(new PutThing("shelf", "b"));
        await InvokeAsync(new ForkRun("shelf", 1, "shelf"));
        await InvokeAsync(new PutThing("branch:shelf", "c"));
        await InvokeAsync(new PutBeside("branch:shelf", "d"));
        await InvokeAsync(new PutThing("branch:shelf", "e"));

        (await InvokeAsync<ThingCount>(new CountThings("branch:shelf"))).ShouldBe(new ThingCount("branch:shelf", 3));
        (await InvokeAsync<ThingCount>(new CountThings("shelf"))).ShouldBe(new ThingCount("run:shelf", 2));
        var branch = await application.Ledger.OpenAsync(StreamName.Branch("shelf"));
        (await branch.GetWorldAsync()).Objects.Select(o => o.Id).ShouldBe(["a", "c", "d-2"]);
    }
}

public sealed class NativeHandlerTests(NativeApplication application) : HandlerTests(application), IClassFixture<NativeApplication>
{
    [Fact]
    public async Task Row_IsSavedWithTheEvent_OrNeither()
    {
        await InvokeAsync(new WriteRow("row", "kept"));
        await Should.ThrowAsync<NotSupportedException>(() => InvokeAsync(new WriteRow("no-row", "lost", "no")));

        (await application.CountAsync("select count(*) from note where id = 'row' and body = 'kept'")).ShouldBe(1);
        (await KitsAsync("row")).ShouldBe(["kept at 0"]);
        (await application.CountAsync("select count(*) from note where id = 'no-row'")).ShouldBe(0);
        (await application.Store.GetStreamAsync(StreamName.Run("no-row"))).ShouldBeNull();
    }

    [Fact]
    public async Task Session_ThatHasEnded_LeavesTheTransactionOfTheNextOneOnItsConnectionAlone()
    {
        var runtime = application.Host.Services.GetRequiredService<IWolverineRuntime>();
        var engine = application.Host.Services.GetRequiredService<LedgerEngine>();
        var ended = new MessageContext(runtime);
        NpgsqlTransaction transaction;
        await using (var session = await engine.BeginAsync(ended, default))
        {
            transaction = session.Transaction;
        }

        // Npgsql uses the object of a transaction again, with its connection.
        var others = new Stack<LedgerSession>();
        do
        {
            others.Push(await engine.BeginAsync(new MessageContext(runtime), default));
        }
        while (others.Peek().Transaction != transaction && others.Count < 50);
        var next = others.Peek();
        next.Transaction.ShouldBeSameAs(transaction);
        await (await next.OpenAsync("after-another")).AppendAsync([new KitLoaded("first")]);
        (await Should.ThrowAsync<InvalidOperationException>(() => ended.PublishAsync(new WriteRow("late", "late")).AsTask()))
            .Message.ShouldStartWith("The message's transaction has ended");
        await ended.ClearAllAsync();
        await (await next.OpenAsync("after-another")).AppendAsync([new KitLoaded("second")]);
        await next.SaveAsync();
        while (others.TryPop(out var other))
        {
            await other.DisposeAsync();
        }

        (await KitsAsync("after-another")).ShouldBe(["first", "second"]);
    }
}
