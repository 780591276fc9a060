using System.CommandLine;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Projections;

/// <summary><c>ledger projections status</c></summary>
internal sealed class ProjectionsStatusCommand : LedgerCommand
{
    private readonly Argument<string?> _name = new("NAME")
    {
        Description = "A projection or subscription. Default: all.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ProjectionsStatusCommand()
        : base("status", "Shows the owner, progress and last error of each asynchronous projection and subscription.")
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
            throw new RefusalException($"There is no asynchronous projection '{name}'. 'ledger projections list' lists them.", FailureCodes.NotFound);
        }

        if (session.Json)
        {
            session.Out.Json([.. shards.Select(ShardContract.Of)], ContractContext.Default.IReadOnlyListShardContract);
            return;
        }

        if (shards.Count == 0)
        {
            session.Out.Line("There are no asynchronous projections here.");
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
