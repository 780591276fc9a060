using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Reading;

/// <summary>A reading that is cancelled gives nothing more.</summary>
public abstract class CancelledReadTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Read_CancelledToken_Throws()
    {
        var stream = await StreamOfAsync(1);
        var cancelled = new CancellationToken(canceled: true);

        await CancelledAsync(Store.ReadForwardAsync(stream, cancellationToken: cancelled));
        await CancelledAsync(Store.ReadBackwardAsync(stream, cancellationToken: cancelled));
        await CancelledAsync(Store.ReadHistoryAsync(History.OfRun(stream), cancellationToken: cancelled));
        await CancelledAsync(Store.ReadLogAsync(cancellationToken: cancelled));
        await CancelledAsync(Store.ListStreamsAsync(stream.Value, cancelled));
        await CancelledAsync(Store.ListBranchesAsync(stream, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Store.GetStreamAsync(stream, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Store.GetHistoryAsync(stream, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Store.GetBranchAsync(stream, cancelled));
    }

    [Fact]
    public async Task Archive_CancelledToken_ChangesNothing()
    {
        var stream = await StreamOfAsync(1);

        await Should.ThrowAsync<OperationCanceledException>(() => Store.ArchiveAsync(stream, new CancellationToken(canceled: true)));

        (await Store.GetStreamAsync(stream)).ShouldNotBeNull().State.ShouldBe(StreamState.Open);
    }

    [Fact]
    public async Task ReadForward_CancelledInTheMiddle_Stops()
    {
        var stream = await StreamOfAsync(2_000);
        await StopsAsync(token => Store.ReadForwardAsync(stream, cancellationToken: token));
    }

    [Fact]
    public async Task ReadBackward_CancelledInTheMiddle_Stops()
    {
        var stream = await StreamOfAsync(2_000);
        await StopsAsync(token => Store.ReadBackwardAsync(stream, cancellationToken: token));
    }

    [Fact]
    public async Task ReadHistory_CancelledInTheMiddle_Stops()
    {
        var history = History.OfRun(await StreamOfAsync(2_000));
        await StopsAsync(token => Store.ReadHistoryAsync(history, cancellationToken: token));
    }

    [Fact]
    public async Task ReadLog_CancelledInTheMiddle_Stops()
    {
        await StreamOfAsync(2_000);
        await StopsAsync(token => Store.ReadLogAsync(cancellationToken: token));
    }

    private static async Task StopsAsync(Func<CancellationToken, IAsyncEnumerable<RecordedEvent>> open)
    {
        await StopsAsync((source, seen) => SeeAsync(open(source.Token), source, seen, CancellationToken.None));
        await StopsAsync((source, seen) => SeeAsync(open(CancellationToken.None), source, seen, source.Token));
    }

    private static async Task StopsAsync(Func<CancellationTokenSource, List<RecordedEvent>, Task> see)
    {
        using var source = new CancellationTokenSource();
        var seen = new List<RecordedEvent>();
        await Should.ThrowAsync<OperationCanceledException>(() => see(source, seen));
        seen.Count.ShouldBe(10);
    }

    private static async Task SeeAsync(
        IAsyncEnumerable<RecordedEvent> reading,
        CancellationTokenSource source,
        List<RecordedEvent> seen,
        CancellationToken cancellationToken)
    {
        await foreach (var recorded in reading.WithCancellation(cancellationToken))
        {
            seen.Add(recorded);
            if (seen.Count == 10)
            {
                await source.CancelAsync();
            }
        }
    }

    private static async Task CancelledAsync<T>(IAsyncEnumerable<T> reading) =>
        await Should.ThrowAsync<OperationCanceledException>(async () => await reading.ToListAsync());
}
