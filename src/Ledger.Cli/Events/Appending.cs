using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer.Failures;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Events;

/// <summary>An append as the command line describes it: in lengths of whole histories, even for a branch.</summary>
internal sealed class Appending(LedgerConnection connection, StreamName stream, Position? expected, AppendCheck check)
{
    // A single statement for more events would need too much memory in the server and in this program.
    private const int MaxAtOnce = 10_000;

    /// <summary>Appends, and returns the outcome and the version of the stream itself.</summary>
    /// <exception cref="RefusalException">The history has another length.</exception>
    public async Task<(RunAppend Appended, StreamVersion Version)> RunAsync(
        EventSource source,
        long count,
        IProgress<long> progress,
        CancellationToken cancellationToken)
    {
        var run = await connection.Ledger.FindAsync(stream, cancellationToken) ?? connection.Ledger.GetStream(stream);
        if (expected < run.History.PrefixLength)
        {
            throw Conflict(await run.GetLengthAsync(cancellationToken));
        }

        try
        {
            var appended = count > MaxAtOnce
                ? await new BulkAppend(connection, run, expected, check).RunAsync(source.Read(cancellationToken), MaxAtOnce, progress, cancellationToken)
                : await AppendAsync(run, [.. source.Read(cancellationToken)], cancellationToken);
            return (appended, new StreamVersion(appended.Length.Value - run.History.PrefixLength.Value));
        }
        catch (WrongExpectedVersionException conflict)
        {
            throw Conflict(run.History.LengthAt(conflict.Actual));
        }
    }

    private Task<RunAppend> AppendAsync(Run run, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken) => check switch
    {
        AppendCheck.World => run.AppendValidatedWithOutcomeAsync(events, expected, cancellationToken),
        _ => run.AppendWithOutcomeAsync(events, expected, cancellationToken),
    };

    private RefusalException Conflict(Position actual) => new(
        $"'{stream}' has {Printable.Count(actual.Value, "event")}, but the append expected {(expected!.Value.Value == 0 ? "none" : expected.Value)}. "
        + "Nothing was written; read the new events and decide again.",
        FailureCodes.WrongExpectedVersion)
    {
        Facts = new FailureFacts { Stream = stream.Value, Expected = expected.Value.Value, Actual = actual.Value },
    };
}
