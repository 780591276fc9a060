using System.CommandLine;
using Ledger.Chrono;
using Ledger.Cli.Streams;

namespace Ledger.Cli.Chrono;

/// <summary>A command on the record store of a project.</summary>
internal abstract class ChronoCommand : LedgerCommand
{
    protected ChronoCommand(string name, string description)
        : base(name, description) => Add(Project);

    protected Argument<string> Project { get; } = StreamArgument.Create("The project, by the name that its stream chrono:PROJECT has.", "PROJECT");

    public sealed override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        Check(session);
        await using var connection = await session.ConnectAsync(cancellationToken);
        await using var store = Open(connection.Store, session);
        await RunAsync(session, store, cancellationToken);
    }

    /// <summary>Refuses what the command line alone shows to be wrong.</summary>
    protected virtual void Check(Session session)
    {
    }

    /// <summary>How the store writes.</summary>
    protected virtual ChronoOptions OptionsOf(Session session) => new() { TimeProvider = session.Io.TimeProvider };

    protected abstract Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken);

    private ChronoStore Open(Ledger.Streams.IEventStore log, Session session)
    {
        try
        {
            return new ChronoStore(log, session.Get(Project), OptionsOf(session));
        }
        catch (ArgumentException)
        {
            throw new UsageException($"'{session.Get(Project)}' cannot be the name of a project: 1 to 493 characters, without control characters.");
        }
    }
}
