using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Postgres.Schema;

namespace Ledger.Cli.Migrations;

/// <summary><c>ledger migrate tags</c></summary>
internal sealed class MigrateTagsCommand : LedgerCommand
{
    public MigrateTagsCommand()
        : base("tags", "Tags the events that were appended before Marten had tables for the tags of actors, models, tools and tasks. It can be interrupted and run again.") =>
        Examples = ["ledger migrate tags", "ledger migrate tags --schema agents --json"];

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await LedgerConnection.OpenAsIsAsync(session, cancellationToken);
        var (events, tags) = (0L, 0L);
        await session.Progress.RunAsync("Tagging events", async progress =>
            (events, tags, _, _) = await connection.Migrator.TagEventsAsync(new Reached(progress), cancellationToken));
        if (session.Json)
        {
            session.Out.Json(new TaggingContract(events, tags), ContractContext.Default.TaggingContract);
        }
        else
        {
            session.Out.Line($"Read {Printable.Count(events, "event")}, added {Printable.Count(tags, "tag")}.");
        }
    }

    // At once, in the order of the pages.
    private sealed class Reached(IProgress<(long Done, long Total)> progress) : IProgress<EventTagging>
    {
        public void Report(EventTagging value) => progress.Report((value.Reached.Value, value.Last.Value));
    }
}
