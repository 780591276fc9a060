using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Events;

/// <summary>An append in the words of the command line, which speaks in lengths of histories also where a branch is written to.</summary>
internal sealed class Appending(LedgerConnection connection, StreamName stream, Position? expected, AppendCheck check)
{
    // One statement for more events would take the server and this program too much memory.
    private const int MaxAtOnce = 10_000;

    /// <summary>Appends, and gives what became of it and the version of the own stream.</summary>
    /// <exception cref="RefusalException">The history has another length.</exception>
    public async Task<(RunAppend Appended, StreamVersion Version)> RunAsync(
        EventSource source,
        long count,
        IProgress<long> progress,
        CancellationToken cancellationToken)
    {
        var run = await connection.Ledger.FindAsync(stream, cancellationToken) ?? connection.Ledger.Stream(stream);
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
        $"'{stream}' has {Printable.Count(actual.Value, "event")}, and the append expected {(expected!.Value.Value == 0 ? "none" : expected.Value)}. "
        + "Nothing was written; look at what came in between, and decide anew.");
}
