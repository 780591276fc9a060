using System.Collections.Concurrent;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Concurrency;

/// <summary>Many writers at once.</summary>
public abstract class ConcurrentAppendTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Append_32WritersWithExactVersions_WritesEveryEventOnce()
    {
        const int Writers = 32;
        var perWriter = Scale.Of(8, 100);
        var stream = NewStream();
        var written = new ConcurrentBag<(Guid Id, long Version)>();
        var attempts = 0;
        var conflicts = 0;

        await AllAsync(Writers, async _ =>
        {
            var known = StreamVersion.Empty;
            for (var n = 0; n < perWriter;)
            {
                var next = new NewEvent(Labelled($"{n}"));
                Interlocked.Increment(ref attempts);
                try
                {
                    var result = await Store.AppendAsync(stream, ExpectedVersion.Exactly(known), [next]);
                    result.Version.Value.ShouldBe(known.Value + 1);
                    known = result.Version;
                    written.Add((next.Id, known.Value));
                    n++;
                }
                catch (WrongExpectedVersionException conflict)
                {
                    conflict.Actual.ShouldBeGreaterThan(known);
                    known = conflict.Actual;
                    Interlocked.Increment(ref conflicts);
                }
            }
        });

        attempts.ShouldBe(written.Count + conflicts);
        var events = await ReadAsync(stream);
        events.Select(e => e.Version.Value).ShouldBe(Enumerable.Range(1, Writers * perWriter).Select(v => (long)v));
        events.Select(e => (e.Id, e.Version.Value)).ShouldBe(written.OrderBy(w => w.Version));
        events.Select(e => e.Timestamp).ShouldBeInOrder(SortDirection.Ascending);
    }

    [Fact]
    public async Task Append_32WritersWithAnyVersion_GivesNoError()
    {
        const int Writers = 32;
        var perWriter = Scale.Of(12, 500);
        var stream = NewStream();

        await AllAsync(Writers, async writer =>
        {
            var last = StreamVersion.Empty;
            for (var n = 0; n < perWriter; n++)
            {
                var result = await Store.AppendAsync(stream, ExpectedVersion.Any, [Labelled($"{writer}:{n}")]);
                result.Version.ShouldBeGreaterThan(last);
                last = result.Version;
            }
        });

        var events = await ReadAsync(stream);
        events.Select(e => e.Version.Value).ShouldBe(Enumerable.Range(1, Writers * perWriter).Select(v => (long)v));
        foreach (var own in events.GroupBy(e => Label(e).Split(':')[0]))
        {
            own.Select(e => Label(e).Split(':')[1]).ShouldBe(Range(0, perWriter - 1));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(1_000)]
    public async Task Append_64WritersOnSomeStreams_GivesNoError(int streams)
    {
        var perWriter = Scale.Of(12, 200);
        var names = Enumerable.Range(0, streams).Select(_ => NewStream()).ToArray();
        var counts = new ConcurrentDictionary<StreamName, int>();

        await AllAsync(64, async writer =>
        {
            var random = new Random(writer);
            for (var n = 0; n < perWriter; n++)
            {
                // Every third append goes to several streams, in any order: the order that invites a deadlock.
                var targets = Enumerable.Range(0, n % 3 == 0 ? 3 : 1).Select(_ => names[random.Next(streams)]).Distinct();
                var appends = targets
                    .Select(s => new StreamAppend(s, ExpectedVersion.Any, [.. Events(random.Next(1, 4)).Select(e => new NewEvent(e))]))
                    .ToArray();
                await Store.AppendAsync(appends);
                foreach (var append in appends)
                {
                    counts.AddOrUpdate(append.Stream, append.Events.Count, (_, count) => count + append.Events.Count);
                }
            }
        });

        foreach (var (stream, count) in counts.Take(100))
        {
            (await VersionAsync(stream)).ShouldBe(new StreamVersion(count));
            (await ReadAsync(stream)).Select(e => e.Version.Value).ShouldBe(Enumerable.Range(1, count).Select(v => (long)v));
        }
    }

    [Fact]
    public async Task Append_SameEventsAtOnce_WritesThemOnce()
    {
        for (var round = 0; round < Scale.Of(5, 100); round++)
        {
            var (stream, other) = (NewStream(), NewStream());
            StreamAppend[] appends =
            [
                new(stream, ExpectedVersion.NoStream, [new NewEvent(Labelled("a")), new NewEvent(Labelled("b"))]),
                new(other, ExpectedVersion.NoStream, [new NewEvent(Labelled("c"))]),
            ];
            var answers = new ConcurrentBag<IReadOnlyList<AppendResult>>();

            await AllAsync(8, async _ => answers.Add(await Store.AppendAsync(appends)));

            answers.Count(a => a[0].Outcome == AppendOutcome.Written).ShouldBe(1);
            answers.Select(a => (a[0].Version, a[0].LastSequence, a[1].Version, a[1].LastSequence)).Distinct().Count().ShouldBe(1);
            (await VersionAsync(stream)).ShouldBe(new StreamVersion(2));
            (await VersionAsync(other)).ShouldBe(new StreamVersion(1));
        }
    }

    [Fact]
    public async Task Fork_SameIdAtOnce_CreatesOne()
    {
        var (parent, id) = (await StreamOfAsync(2), NewId());
        var taken = 0;

        await AllAsync(16, async _ =>
        {
            try
            {
                await Runs.ForkAsync(parent, new Position(1), new ForkOptions { Id = id });
            }
            catch (BranchExistsException)
            {
                Interlocked.Increment(ref taken);
            }
        });

        taken.ShouldBe(15);
        (await VersionAsync(StreamName.Branch(id))).ShouldBe(new StreamVersion(1));
    }

    [Fact]
    public async Task ReadForward_WhileWritersAppend_SeesAPrefix()
    {
        var stream = await StreamOfAsync(1);
        var writing = AllAsync(4, async _ =>
        {
            for (var n = 0; n < Scale.Of(50, 1_000); n++)
            {
                await Store.AppendAsync(stream, ExpectedVersion.Any, Events(3));
            }
        });

        var seen = 0;
        do
        {
            var events = await ReadAsync(stream);
            events.Select(e => e.Version.Value).ShouldBe(Enumerable.Range(1, events.Count).Select(v => (long)v));
            events.Count.ShouldBeGreaterThanOrEqualTo(seen);
            seen = events.Count;
        }
        while (!writing.IsCompleted);

        await writing;
    }

    [Fact]
    public async Task ReadLog_WhileWritersAppend_LosesNothing()
    {
        const int Writers = 8;
        var appends = Scale.Of(30, 1_000);
        var streams = Enumerable.Range(0, Writers).Select(_ => NewStream()).ToArray();
        var after = (await Store.AppendAsync(NewStream(), ExpectedVersion.NoStream, Events(1))).LastSequence;
        var writing = AllAsync(Writers, async writer =>
        {
            for (var n = 0; n < appends; n++)
            {
                await Store.AppendAsync(
                    [Part(streams[writer]), Part(streams[(writer + 1) % Writers])]);
            }
        });

        var seen = new List<RecordedEvent>();
        for (var isLast = false; !isLast;)
        {
            isLast = writing.IsCompleted;
            await foreach (var recorded in Store.ReadLogAsync(after))
            {
                recorded.Sequence.ShouldBeGreaterThan(after);
                after = recorded.Sequence;
                seen.Add(recorded);
            }
        }

        await writing;
        foreach (var stream in streams)
        {
            seen.Where(e => e.Stream == stream).Select(e => e.Version.Value).ShouldBe(Enumerable.Range(1, appends * 2).Select(v => (long)v));
        }
    }

    private static StreamAppend Part(StreamName stream) => new(stream, ExpectedVersion.Any, [new NewEvent(Labelled("a"))]);

    private static Task AllAsync(int writers, Func<int, Task> write) =>
        Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => write(writer))));
}
