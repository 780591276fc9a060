using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Mcp.Abilities;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary>A command on the record store of a project.</summary>
internal abstract class ChronoCommand : LedgerCommand
{
    protected ChronoCommand(string name, string description)
        : base(name, description) => Add(Project);

    protected Argument<string> Project { get; } = StreamArgument.Create("The project: the PROJECT in the name of its stream, chrono:PROJECT.", "PROJECT");

    public sealed override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        Check(session);
        await using var connection = await session.ConnectAsync(cancellationToken);
        await using var store = ChronoAbilities.Open(connection.Store, session.Get(Project), OptionsOf(session));
        await RunAsync(session, store, cancellationToken);
    }

    /// <summary>Refuses faults that the command line alone shows, before connecting.</summary>
    protected virtual void Check(Session session)
    {
    }

    /// <summary>The options of the store; commands that write add the depth.</summary>
    protected virtual ChronoOptions OptionsOf(Session session) => new() { TimeProvider = session.Io.TimeProvider };

    protected abstract Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken);
}
