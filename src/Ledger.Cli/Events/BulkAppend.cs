using Ledger.Cli.Connections;
using Ledger.Events;
using Ledger.Runs;
using Ledger.Streams;

namespace Ledger.Cli.Events;

/// <summary>An append of more events than one statement should take: several statements in one transaction, still all or none.</summary>
internal sealed class BulkAppend(LedgerConnection connection, Run run, Position? expected)
{
    /// <summary>Appends, and gives the length of the history, and whether the events were there already.</summary>
    /// <exception cref="RefusalException">The stream has a part of the events already.</exception>
    public async Task<RunAppend> RunAsync(IEnumerable<NewEvent> events, int size, IProgress<long> progress, CancellationToken cancellationToken)
    {
        await using var database = await connection.OpenConnectionAsync(cancellationToken);
        await using var transaction = await database.BeginTransactionAsync(cancellationToken);
        var store = connection.Store.On(transaction);
        var next = expected is { } length ? Exactly(length.Value - run.History.PrefixLength.Value) : ExpectedVersion.Any;
        AppendResult? last = null;
        var done = 0L;
        foreach (var part in events.Chunk(size))
        {
            var result = await store.AppendAsync(run.StreamName, next, [.. part.Select(Correlated)], cancellationToken);
            if (last is not null && last.Outcome != result.Outcome)
            {
                throw new RefusalException(
                    $"'{run.StreamName}' has a part of these events already. Nothing was written; append the new ones alone.");
            }

            last = result;
            next = Exactly(result.Version.Value);
            progress.Report(done += part.Length);
        }

        await transaction.CommitAsync(cancellationToken);
        return new RunAppend(run.History.LengthAt(last!.Version), last.Outcome);
    }

    private static ExpectedVersion Exactly(long version) => ExpectedVersion.Exactly(new StreamVersion(version));

    private NewEvent Correlated(NewEvent newEvent) => newEvent with { CorrelationId = run.History.Root.Value };
}
