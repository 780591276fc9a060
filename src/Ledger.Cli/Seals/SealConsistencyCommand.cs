using System.CommandLine;

namespace Ledger.Cli.Seals;

/// <summary><c>ledger seal consistency</c></summary>
internal sealed class SealConsistencyCommand : LedgerCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "A checkpoint that was kept." };

    public SealConsistencyCommand()
        : base("consistency", "Prints the proof that the log extends an earlier checkpoint: nothing before it was changed, removed or inserted.")
    {
        Add(_file);
        Examples = ["ledger seal consistency march.checkpoint > since-march.proof"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var since = await SealFiles.ReadNoteAsync(session.Get(_file), cancellationToken);
        await using var connection = await session.ConnectAsync(cancellationToken);
        await session.Out.FlushAsync();
        await connection.Seal.WriteConsistencyAsync(since!, session.Io.Output, cancellationToken);
    }
}
