using System.Collections.Concurrent;
using Ledger.Conformance;
using Ledger.Log;
using Ledger.Postgres.Replicas;
using Ledger.Projections;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>A real standby: what it answers, and what is lost when it takes over from a primary that is killed under its writers.</summary>
public sealed class ReplicationTests(ITestOutputHelper output)
{
    private const int Lost = 60;
    private static readonly int Writers = Scale.Of(16, 64);
    private static readonly int Before = Scale.Of(20, 200);
    private static readonly PostgresOptions Patient = new() { RetryFor = TimeSpan.FromMinutes(2) };

    [Fact]
    public async Task Failover_SynchronousReplication_NothingAcknowledgedIsLost_AndNoReaderMissesAnEvent()
    {
        await using var pair = await ReplicatedPair.StartAsync(isSynchronous: true);
        await using var tenants = await ReplicatedTenants.CreateAsync(pair);
        await tenants.ReadAsync();
        await using var pool = PostgresDataSources.Create(pair.ConnectionString);
        await using var store = new PostgresEventStore(pool, Patient);
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var reader = store.SubscribeAsync(cancellationToken: over.Token).GetAsyncEnumerator(over.Token);
        var writers = new FailoverWriters(store, Loss.None);
        writers.Start();

        await writers.GoOnAsync(Before);
        await pair.LosePrimaryAsync();
        await pair.PromoteAsync();
        await writers.GoOnAsync(Before);
        await writers.StopAsync();

        (await LostAsync(store, writers.Acknowledged.Keys)).ShouldBeEmpty();
        await HasAllInOrderAsync(reader, writers.Acknowledged.Keys);
        await tenants.GoOnAsync();
    }

    [PgBouncer.Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Failover_BehindPgBouncer_UnderWriters_NothingIsLostUnlessReplicationIsAsynchronous(bool isSynchronous)
    {
        await using var pair = await ReplicatedPair.StartAsync(isSynchronous);
        await using var bouncer = await PgBouncer.StartAsync(pair.PrimaryString);
        output.WriteLine(bouncer.Description);
        await using var pool = PostgresDataSources.Create(bouncer.Through(pair.PrimaryString) + ";Pooling=true;Maximum Pool Size=80");
        await using var store = new PostgresEventStore(pool, Patient);
        var writers = new FailoverWriters(store, isSynchronous ? Loss.None : Loss.Expected);
        writers.Start();

        await writers.GoOnAsync(Before);
        if (!isSynchronous)
        {
            // The second that each writer appends now is one that the standby cannot have.
            await pair.CutReplicationAsync();
            await writers.GoOnAsync(2);
        }

        await pair.LosePrimaryAsync();
        await pair.PromoteAsync();
        await bouncer.PointToAsync(pair.StandbyString);
        await writers.GoOnAsync(Before);
        await writers.StopAsync();

        var lost = await LostAsync(store, writers.Acknowledged.Keys);
        if (isSynchronous)
        {
            lost.ShouldBeEmpty();
            return;
        }

        // Of each writer the newest before the failover, and nothing of what came after.
        foreach (var writer in writers.Acknowledged.GroupBy(one => one.Value.Writer))
        {
            var isLost = string.Concat(writer.OrderBy(one => one.Value.Number).Select(one => lost.Contains(one.Key) ? '-' : '+'));
            isLost.ShouldMatch(@"^\++-+\++$");
        }
    }

    [Fact]
    public async Task Failover_StandbyThatLagged_WhatWasLostIsNamed_AndReadersOfItStop()
    {
        await using var pair = await ReplicatedPair.StartAsync(isSynchronous: false);
        await using var pool = PostgresDataSources.Create(pair.ConnectionString);
        await using var store = new PostgresEventStore(pool, Patient);
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var run = StreamName.Run("a");
        await store.AppendAsync(run, ExpectedVersion.NoStream, [new KitLoaded("1")]);
        await using var replicas = PostgresDataSources.CreateReplicas(pair.ConnectionString);
        (await store.OnReplicas(replicas).GetStreamAsync(run)).ShouldNotBeNull();
        await pair.CutReplicationAsync();

        // More than a sequence skips when a standby takes over: their numbers are given again.
        await store.AppendAsync(run, ExpectedVersion.Any, [.. Enumerable.Range(2, Lost).Select(n => new KitLoaded($"{n}"))]);
        await using var all = store.SubscribeAsync(cancellationToken: over.Token).GetAsyncEnumerator(over.Token);
        await using var few = store.SubscribeAsync(new EventFilter { StreamPrefix = "run:b" }, cancellationToken: over.Token).GetAsyncEnumerator(over.Token);
        for (var i = 0; i <= Lost; i++)
        {
            (await all.MoveNextAsync()).ShouldBeTrue();
        }

        var (lost, pending) = (all.Current, few.MoveNextAsync().AsTask());
        await PassesAsync(store, lost.Sequence, over.Token);

        await pair.LosePrimaryAsync();
        await pair.PromoteAsync();
        await store.AppendAsync(StreamName.Run("b"), ExpectedVersion.NoStream, [.. Enumerable.Range(0, 100).Select(n => new KitLoaded($"{n}"))]);

        // Other events have its number now.
        (await store.GetStreamAsync(run)).ShouldNotBeNull().Version.Value.ShouldBe(1);
        var stopped = await Should.ThrowAsync<LogNumbersException>(async () => await all.MoveNextAsync());
        stopped.Reached.ShouldBe(lost.Sequence);
        stopped.Message.ShouldStartWith($"A reader of the log is at number {Lost + 1}, the number of event {lost.Id} when it was read, but the log no longer has that event there;");
        (await Should.ThrowAsync<LogNumbersException>(
            async () => await store.SubscribeAsync(start: SubscriptionStart.After(lost), cancellationToken: over.Token).FirstAsync(over.Token))).Reached.ShouldBe(lost.Sequence);

        // A reader that has had nothing that is lost goes on, and leaves out none of the new events.
        (await pending).ShouldBeTrue();
        few.Current.Version.Value.ShouldBe(1);
    }

    [Fact]
    public async Task Questions_OfAStandby_AreAsNewAsTheyAreAskedToBe_AndNothingIsWrittenByThem()
    {
        await using var pair = await ReplicatedPair.StartAsync(isSynchronous: false);
        await using var pool = PostgresDataSources.Create(pair.ConnectionString);
        await using var store = new PostgresEventStore(pool, Patient);
        await using var replicas = PostgresDataSources.CreateReplicas(pair.ConnectionString + ";Target Session Attributes=prefer-standby");
        var longPatience = TimeSpan.FromMinutes(2);
        var run = StreamName.Run("a");
        var asIs = store.OnReplicas(replicas, ReplicaFreshness.Any);
        await store.AppendAsync(run, ExpectedVersion.NoStream, [new ObjectCreated("o", "Claim")]);
        (await store.OnReplicas(replicas, ReplicaFreshness.Now with { Patience = longPatience }).GetStreamAsync(run)).ShouldNotBeNull();
        (await asIs.GetStreamAsync(run)).ShouldNotBeNull();
        (await new AgentLedger(asIs).GetRun("a").GetWorldAsync()).Objects.Count.ShouldBe(1);
        await pair.PauseReplayAsync();
        await store.AppendAsync(run, ExpectedVersion.Any, [new ObjectCreated("p", "Claim")]);
        var position = await store.GetWalPositionAsync();
        WalPosition.Parse(position.ToString()).ShouldBe(position);

        // The standby does not show the second event: it is waited for, and then the primary answers.
        var impatient = TimeSpan.FromMilliseconds(1);
        (await asIs.GetStreamAsync(run)).ShouldNotBeNull().Version.Value.ShouldBe(1);
        (await store.OnReplicas(replicas, ReplicaFreshness.Now with { Patience = impatient }).GetStreamAsync(run)).ShouldNotBeNull().Version.Value.ShouldBe(2);
        (await store.OnReplicas(replicas, ReplicaFreshness.Any with { Patience = impatient }).ReadLogAsync().CountAsync()).ShouldBe(2);
        var after = store.OnReplicas(replicas, ReplicaFreshness.After(position) with { Patience = longPatience }).GetStreamAsync(run);
        await pair.ResumeReplayAsync();
        (await after).ShouldNotBeNull().Version.Value.ShouldBe(2);
        (await Should.ThrowAsync<InvalidOperationException>(() => asIs.AppendAsync(run, ExpectedVersion.Any, [new KitLoaded("a")]))).Message.ShouldBe(
            "The append was called on a store that asks standbys, which only answer questions. Nothing was written. Use the store itself, not what OnReplicas returned.");

        // Without a standby the primary answers.
        await pair.Standby.KillServerAsync();
        (await asIs.GetStreamAsync(run)).ShouldNotBeNull().Version.Value.ShouldBe(2);
    }

    private async Task<List<Guid>> LostAsync(PostgresEventStore store, IEnumerable<Guid> acknowledged)
    {
        var there = await store.ReadLogAsync().Select(e => e.Id).ToHashSetAsync();
        var lost = acknowledged.Where(id => !there.Contains(id)).ToList();
        output.WriteLine($"{Writers} writers, {acknowledged.Count()} events acknowledged, {lost.Count} of them lost.");
        return lost;
    }

    private static async Task HasAllInOrderAsync(IAsyncEnumerator<RecordedEvent> reader, IEnumerable<Guid> expected)
    {
        var (missing, last) = (expected.ToHashSet(), 0L);
        while (missing.Count > 0)
        {
            (await reader.MoveNextAsync()).ShouldBeTrue();
            reader.Current.Sequence.Value.ShouldBeGreaterThan(last);
            last = reader.Current.Sequence.Value;
            missing.Remove(reader.Current.Id);
        }
    }

    /// <summary>Waits until a reader that begins now has read an event, so that one that waits has passed it too.</summary>
    private static async Task PassesAsync(PostgresEventStore store, SequenceNumber number, CancellationToken cancellationToken)
    {
        await foreach (var recorded in store.SubscribeAsync(cancellationToken: cancellationToken))
        {
            if (recorded.Sequence == number)
            {
                return;
            }
        }
    }

    private enum Loss
    {
        None,
        Expected,
    }

    /// <summary>Writers of a stream each, one event after the other, who note what was acknowledged.</summary>
    private sealed class FailoverWriters(PostgresEventStore store, Loss loss)
    {
        private readonly Lock _gate = new();
        private readonly int[] _counts = new int[Writers];
        private int[] _goals = [];
        private TaskCompletionSource _reached = new();
        private Task _end = Task.CompletedTask;
        private volatile bool _isOver;

        public ConcurrentDictionary<Guid, (int Writer, int Number)> Acknowledged { get; } = new();

        public void Start() => _end = Task.WhenAll(Enumerable.Range(0, Writers).Select(WriteAsync));

        /// <summary>Completes when as many more events of every writer are acknowledged.</summary>
        public async Task GoOnAsync(int events)
        {
            Task reached;
            lock (_gate)
            {
                _goals = [.. _counts.Select(count => count + events)];
                _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                reached = _reached.Task;
            }

            await await Task.WhenAny(reached, _end);
        }

        public Task StopAsync()
        {
            _isOver = true;
            return _end;
        }

        private async Task WriteAsync(int writer)
        {
            var version = new StreamVersion(0);
            while (!_isOver)
            {
                var appended = new NewEvent(new KitLoaded("a"));
                try
                {
                    await store.AppendAsync([new StreamAppend(StreamName.Run($"w{writer}"), ExpectedVersion.Exactly(version), [appended])]);
                    version = new StreamVersion(version.Value + 1);
                    Note(writer, appended.Id);
                }
                catch (WrongExpectedVersionException fault) when (loss is Loss.Expected && fault.Actual < version)
                {
                    version = fault.Actual;
                }
            }
        }

        private void Note(int writer, Guid id)
        {
            lock (_gate)
            {
                Acknowledged[id] = (writer, _counts[writer]++);
                if (_goals.Length > 0 && _counts.Zip(_goals).All(pair => pair.First >= pair.Second))
                {
                    _reached.TrySetResult();
                }
            }
        }
    }
}
