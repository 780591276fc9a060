using System.CommandLine;
using Ledger.Explorer.Contracts;
using Ledger.Seal;

namespace Ledger.Cli.Seals;

/// <summary><c>ledger seal checkpoint</c></summary>
internal sealed class SealCheckpointCommand : LedgerCommand
{
    private readonly Option<string[]> _keys = new("--key-file")
    {
        Description = $"A file with a private key; with several, all sign, as during a change of keys. Default: the key in {SealFiles.KeyVariable}.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _anchor = new("--anchor") { Description = "A folder that keeps checkpoints, such as on write-once storage.", HelpName = "DIR" };

    public SealCheckpointCommand()
        : base("checkpoint", "Seals what is in the log, signs the tree, and prints the checkpoint. Refused if the tree does not extend an earlier one.")
    {
        Add(_keys);
        Add(_anchor);
        Examples = ["ledger seal checkpoint --key-file seal.key > today.checkpoint", "ledger seal checkpoint --key-file old.key --key-file new.key --anchor /worm"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var signers = await SealFiles.ReadSignersAsync(session, session.Get(_keys), cancellationToken);
        await using var connection = await session.ConnectAsync(cancellationToken);
        await session.Progress.RunAsync("Sealing", () => connection.Seal.SealAsync(cancellationToken));
        var note = await connection.Seal.CheckpointAsync(
            signers, session.Get(_anchor) is { } folder ? new AnchorFolder(folder) : null, cancellationToken);
        if (session.Json)
        {
            session.Out.Json(new SealTextContract(Note: note.ToString()), ContractContext.Default.SealTextContract);
            return;
        }

        await session.Out.Text.WriteAsync(note.ToString());
    }
}
