using System.CommandLine;

namespace Ledger.Cli.Projections;

/// <summary><c>ledger projections status</c></summary>
internal sealed class ProjectionsStatusCommand : LedgerCommand
{
    private readonly Argument<string?> _name = new("NAME")
    {
        Description = "A projection or subscription; all unless given.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ProjectionsStatusCommand()
        : base("status", "Says of each projection and subscription that runs behind the appends who owns it, how far it is, and its last error.")
    {
        Add(_name);
        Examples = ["ledger projections status", "ledger projections status usage --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var name = session.Get(_name);
        var all = await connection.Projections.ListAsync(cancellationToken);
        var shards = all.Where(s => name is null || s.Projection == name || s.Name == name).ToList();
        if (shards.Count == 0 && name is not null)
        {
            throw new RefusalException($"There is no projection '{name}' that runs behind the appends. 'ledger projections list' shows those that do.");
        }

        if (session.Json)
        {
            session.Out.Json(writer =>
            {
                writer.WriteStartArray();
                shards.ForEach(shard => ShardText.Write(writer, shard));
                writer.WriteEndArray();
            });
            return;
        }

        if (shards.Count == 0)
        {
            session.Out.Line("Nothing runs behind the appends here.");
        }

        foreach (var (i, shard) in shards.Index())
        {
            if (i > 0)
            {
                session.Out.Line("");
            }

            ShardText.Print(session.Out, shard);
        }
    }
}
