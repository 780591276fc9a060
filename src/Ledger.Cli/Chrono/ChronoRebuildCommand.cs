using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono rebuild</c></summary>
internal sealed class ChronoRebuildCommand : ChronoCommand
{
    public ChronoRebuildCommand()
        : base("rebuild", "Makes the rows that answer anew from the log. Only rows that were changed by hand come out otherwise.") =>
        Examples = ["ledger chrono rebuild demo"];

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        await session.Progress.RunAsync("Rebuilding", () => store.RebuildAsync(cancellationToken));
        var head = await store.GetHeadAsync(cancellationToken);
        if (!session.Json)
        {
            session.Out.Line($"Rebuilt the rows, at {head}.");
            return;
        }

        session.Out.Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("head", head.ToString());
            writer.WriteEndObject();
        });
    }
}
