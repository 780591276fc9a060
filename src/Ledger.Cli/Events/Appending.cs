using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Events;
using Ledger.Runs;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Cli.Events;

/// <summary>An append in the words of the command line, which speaks in lengths of histories also where a branch is written to.</summary>
internal sealed class Appending(LedgerConnection connection, StreamName stream, Position? expected, bool validates)
{
    /// <summary>Appends, and gives the length of the history and the version of its own stream.</summary>
    /// <exception cref="RefusalException">The history has another length.</exception>
    public async Task<(Position Length, StreamVersion Version)> RunAsync(IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        var run = await connection.Ledger.FindAsync(stream, cancellationToken) ?? connection.Ledger.Stream(stream);
        if (expected < run.History.PrefixLength)
        {
            throw Conflict(await run.GetLengthAsync(cancellationToken));
        }

        try
        {
            var length = await AppendAsync(run, events, cancellationToken);
            return (length, new StreamVersion(length.Value - run.History.PrefixLength.Value));
        }
        catch (WrongExpectedVersionException conflict)
        {
            throw Conflict(run.History.LengthAt(conflict.Actual));
        }
        catch (WorldFaultException fault)
        {
            throw new RefusalException($"{fault.Message} Nothing was written.");
        }
    }

    private Task<Position> AppendAsync(Run run, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken) => (expected, validates) switch
    {
        ({ } length, true) => run.AppendValidatedAsync(events, length, cancellationToken),
        ({ } length, false) => run.AppendAsync(events, length, cancellationToken),
        (null, true) => run.AppendValidatedAsync(events, cancellationToken),
        (null, false) => run.AppendAsync(events, cancellationToken),
    };

    private RefusalException Conflict(Position actual) => new(
        $"'{stream}' has {Printable.Count(actual.Value, "event")}, and the append expected {(expected!.Value.Value == 0 ? "none" : expected.Value)}. "
        + "Nothing was written; look at what came in between, and decide anew.");
}
