using FsCheck.Fluent;
using Ledger.Conformance;
using Ledger.Conformance.Laws;
using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Projections;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Inline;

/// <summary>Documents of streams in PostgreSQL: what the tables hold, beside other writers, and in the caller's transaction.</summary>
public sealed class InlineSnapshotTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>, IAsyncLifetime
{
    private PostgresEventStore _store = null!;

    public async Task InitializeAsync() => _store = await database.CreateProjectingStoreAsync(ProjectionSamples.All);

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Append_Document_HasTheColumnsOfMarten()
    {
        var stream = NewStream();
        await _store.AppendAsync(stream, ExpectedVersion.Any, Kits("a", "b"));

        (await database.ScalarAsync<string>(
            $"select concat_ws(' ', mt_version, mt_dotnet_type, data ->> 'Count', mt_last_modified is not null) from ledger.mt_doc_tally where id = '{stream}'"))
            .ShouldBe("2 Ledger.Conformance.Projections.Tally 2 t");
    }

    [Fact]
    public async Task Append_Branch_HasNoDocument()
    {
        var ledger = new AgentLedger(_store);
        var run = await ledger.StartRunAsync();
        await run.AppendAsync(Kits("a"));

        var branch = await run.ForkAsync(new Position(1), new ForkOptions { Id = $"{Guid.NewGuid():N}" });
        await branch.AppendAsync(Kits("b"));

        (await DocumentVersionAsync(branch.StreamName)).ShouldBe(0);
        (await _store.LoadAsync(ProjectionSamples.Tallies, branch.StreamName)).State.ShouldBe(TallyOf("a", "b"));
    }

    [Fact]
    public async Task Append_HundredGathered_OneThrows_OthersSucceed()
    {
        var streams = Enumerable.Range(0, 100).Select(_ => NewStream()).ToArray();

        var appends = streams.Select((stream, i) => _store.AppendAsync(stream, ExpectedVersion.Any, Kits(i == 42 ? "poison" : "kit"))).ToArray();
        await Task.WhenAll(appends).ContinueWith(_ => { }, TaskScheduler.Default);

        for (var i = 0; i < appends.Length; i++)
        {
            if (i == 42)
            {
                appends[i].Exception!.InnerException.ShouldBeOfType<ProjectionFailedException>().Stream.ShouldBe(streams[i]);
            }
            else
            {
                appends[i].Status.ShouldBe(TaskStatus.RanToCompletion);
            }

            (await DocumentVersionAsync(streams[i])).ShouldBe(i == 42 ? 0 : 1);
            (await database.Store.GetStreamAsync(streams[i]))?.Version.Value.ShouldBe(1);
        }
    }

    [Fact]
    public async Task Append_ThirtyTwoWriters_DocumentsAreTheFold()
    {
        var streams = Enumerable.Range(0, 5).Select(_ => NewStream()).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 32).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < Scale.Of(30, 500); i++)
            {
                await _store.AppendAsync(streams[(writer + i) % streams.Length], ExpectedVersion.Any, Kits($"{writer}.{i}"));
            }
        })));

        foreach (var stream in streams)
        {
            await DocumentShouldBeTheFoldAsync(stream);
            (await DocumentVersionAsync(stream)).ShouldBe((await _store.GetStreamAsync(stream))!.Version.Value);
        }
    }

    [Fact]
    public async Task Load_OtherWriterAppendedWithoutProjection_FoldsTheTail()
    {
        var stream = NewStream();
        await _store.AppendAsync(stream, ExpectedVersion.Any, Kits("a"));
        await database.Store.AppendAsync(stream, ExpectedVersion.Any, Kits("b", "c"));

        (await _store.LoadAsync(ProjectionSamples.Tallies, stream))
            .ShouldBe(new AggregateState<Tally>(TallyOf("a", "b", "c"), new StreamVersion(3)));
        (await DocumentVersionAsync(stream)).ShouldBe(1);
    }

    [Fact]
    public Task Append_AnyInterleavingWithOthers_DocumentIsTheFold() =>
        Law.HoldsAsync(
            Law.ArraysOf(
                from stream in Gen.Choose(0, 2)
                from count in Gen.Choose(0, 3)
                from withProjection in Gen.Elements(true, false)
                select (stream, count, withProjection),
                upTo: 20),
            CompareAsync,
            times: Scale.Of(20, 500));

    [Theory]
    [InlineData("""update ledger.mt_doc_tally set data = '"odd"'""")]
    [InlineData("update ledger.mt_doc_tally set mt_version = 1000000")]
    [InlineData("delete from ledger.mt_doc_tally")]
    public async Task Load_DocumentIsUnusable_FoldsTheStream(string damage)
    {
        var stream = NewStream();
        await _store.AppendAsync(stream, ExpectedVersion.Any, Kits("a", "b"));
        await database.ExecuteAsync($"{damage} where id = '{stream}'");

        (await _store.LoadAsync(ProjectionSamples.Tallies, stream)).State.ShouldBe(TallyOf("a", "b"));
    }

    [Fact]
    public async Task Append_NewVersionOfTheProjection_BeginsADocumentOfItsOwn()
    {
        var stream = NewStream();
        await _store.AppendAsync(stream, ExpectedVersion.Any, Kits("a", "b"));
        var second = new Snapshot<Tally>(ProjectionSamples.Tally, "tally", ProjectionSamplesContext.Default.Tally) { Version = 2 };
        await using var newer = await database.CreateProjectingStoreAsync([second]);

        await newer.AppendAsync(stream, ExpectedVersion.Any, Kits("c"));

        (await newer.LoadAsync(second, stream)).State.ShouldBe(TallyOf("a", "b", "c"));
        (await database.ScalarAsync<long>($"select mt_version from ledger.mt_doc_tally_v2 where id = '{stream}'")).ShouldBe(3);
        (await DocumentVersionAsync(stream)).ShouldBe(2);
    }

    [Fact]
    public async Task Append_CallersTransaction_LivesAndDiesWithIt()
    {
        var (kept, gone) = (NewStream(), NewStream());
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await _store.On(transaction).AppendAsync(gone, ExpectedVersion.Any, Kits("a"));
            (await _store.On(transaction).LoadAsync(ProjectionSamples.Tallies, gone)).State.ShouldBe(TallyOf("a"));
        }

        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await _store.On(connection).AppendAsync(kept, ExpectedVersion.Any, Kits("a"));
            await Should.ThrowAsync<ProjectionFailedException>(() => _store.On(transaction).AppendAsync(gone, ExpectedVersion.Any, Kits("b", "poison")));
            await _store.On(transaction).AppendAsync(kept, ExpectedVersion.Any, Kits("b"));
            await transaction.CommitAsync();
        }

        await _store.On(connection).AppendAsync(kept, ExpectedVersion.Any, Kits("c"));

        (await DocumentVersionAsync(kept)).ShouldBe(3);
        (await DocumentVersionAsync(gone)).ShouldBe(0);
        (await _store.GetStreamAsync(gone)).ShouldBeNull();
        await DocumentShouldBeTheFoldAsync(kept);
    }

    private static object[] Kits(params string[] labels) => [.. labels.Select(label => new KitLoaded(label))];

    private static StreamName NewStream() => StreamName.Run(Guid.NewGuid().ToString("N"));

    private static Tally TallyOf(params string[] labels) => labels.Aggregate(Tally.Empty, (tally, label) => tally.With(label));

    private async Task CompareAsync((int Stream, int Count, bool WithProjection)[] steps)
    {
        StreamName[] streams = [NewStream(), NewStream(), NewStream()];
        foreach (var ((stream, count, withProjection), step) in steps.Select((step, i) => (step, i)))
        {
            var store = withProjection ? _store : database.Store;
            await store.AppendAsync(streams[stream], ExpectedVersion.Any, Kits([.. Enumerable.Range(0, count).Select(n => $"{step}.{n}")]));
        }

        foreach (var stream in streams)
        {
            await DocumentShouldBeTheFoldAsync(stream);
        }
    }

    private async Task DocumentShouldBeTheFoldAsync(StreamName stream) =>
        (await _store.LoadAsync(ProjectionSamples.Tallies, stream)).State
            .ShouldBe(await database.Store.AggregateAsync(ProjectionSamples.Tally, stream));

    private async Task<long> DocumentVersionAsync(StreamName stream) =>
        await database.ScalarAsync<long>($"select coalesce((select mt_version from ledger.mt_doc_tally where id = '{stream}'), 0)");
}
