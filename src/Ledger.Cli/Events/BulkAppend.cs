using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Channels;
using Ledger.Cli.Connections;
using Ledger.Events;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Events;

/// <summary>An append of more events than one statement should take: several statements in one transaction, still all or none.</summary>
internal sealed class BulkAppend(LedgerConnection connection, Run run, Position? expected, AppendCheck check)
{
    private const long MostBytes = 16 << 20;

    /// <summary>Appends, and returns the length of the history and whether the events existed already.</summary>
    /// <exception cref="RefusalException">The stream already has some of the events.</exception>
    public async Task<RunAppend> RunAsync(IEnumerable<NewEvent> events, int size, IProgress<long> progress, CancellationToken cancellationToken)
    {
        await using var database = await connection.OpenConnectionAsync(cancellationToken);
        await using var transaction = await database.BeginTransactionAsync(cancellationToken);
        var store = connection.Store.On(transaction);
        var next = expected is { } length ? Exactly(length.Value - run.History.PrefixLength.Value) : ExpectedVersion.Any;
        AppendResult? last = null;
        var done = 0L;

        // The next part is read while the server takes this one.
        var parts = Channel.CreateBounded<NewEvent[]>(1);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = Task.Run(() => ReadAsync(Parts(events.Select(Correlated), size), parts.Writer, ending.Token), CancellationToken.None);
        try
        {
            await foreach (var correlated in parts.Reader.ReadAllAsync(cancellationToken))
            {
                var result = check is AppendCheck.World
                    ? await AppendValidatedAsync(store, run, next, correlated, cancellationToken)
                    : await store.AppendAsync(run.StreamName, next, correlated, cancellationToken);
                if (last is not null && last.Outcome != result.Outcome)
                {
                    throw new RefusalException(
                        $"'{run.StreamName}' already has some of these events. Nothing was written; append only the new ones.");
                }

                last = result;
                next = Exactly(result.Version.Value);
                progress.Report(done += correlated.Length);
            }
        }
        finally
        {
            await ending.CancelAsync();
            await reading;
        }

        await transaction.CommitAsync(cancellationToken);
        return new RunAppend(run.History.LengthAt(last!.Version), last.Outcome);
    }

    // By their size too, so that few large events do not need all memory.
    private static IEnumerable<NewEvent[]> Parts(IEnumerable<NewEvent> events, int size)
    {
        var (part, bytes) = (new List<NewEvent>(), 0L);
        foreach (var item in events)
        {
            part.Add(item);
            bytes += item.Data is UntypedEvent { Data: { ValueKind: not JsonValueKind.Undefined } data } ? JsonMarshal.GetRawUtf8Value(data).Length : 0;
            if (part.Count == size || bytes >= MostBytes)
            {
                yield return [.. part];
                part.Clear();
                bytes = 0;
            }
        }

        if (part.Count > 0)
        {
            yield return [.. part];
        }
    }

    private static async Task ReadAsync(IEnumerable<NewEvent[]> read, ChannelWriter<NewEvent[]> parts, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            foreach (var part in read)
            {
                await parts.WriteAsync(part, cancellationToken);
            }
        }
#pragma warning disable CA1031 // It goes through the channel to the caller.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            failure = fault;
        }

        parts.Complete(failure);
    }

    // The transaction sees its own writes, so each part is checked after the earlier ones; no other writer can reach the stream meanwhile.
    private static async Task<AppendResult> AppendValidatedAsync(
        IEventStore store, Run run, ExpectedVersion expected, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        // An empty append creates the stream, so that the handle finds it.
        await store.AppendAsync(run.StreamName, ExpectedVersion.Any, [], cancellationToken);
        var handle = await new AgentLedger(store).FindAsync(run.StreamName, cancellationToken) ?? throw new StreamNotFoundException(run.StreamName);
        Position? length = expected.Version is { } version ? run.History.LengthAt(version) : null;
        var appended = await handle.AppendValidatedWithOutcomeAsync(events, length, cancellationToken);
        var end = new StreamVersion(appended.Length.Value - run.History.PrefixLength.Value);
        return new AppendResult(run.StreamName, end, SequenceNumber.Start, appended.Outcome);
    }

    private static ExpectedVersion Exactly(long version) => ExpectedVersion.Exactly(new StreamVersion(version));

    private NewEvent Correlated(NewEvent newEvent) => newEvent with { CorrelationId = run.History.Root.Value };
}
