using System.CommandLine;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Seals;

/// <summary><c>ledger seal cosign</c></summary>
internal sealed class SealCosignCommand : LedgerCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "A checkpoint of this log, with the cosignatures of witnesses." };
    private readonly Option<string[]> _keys = SealFiles.KeyOption();

    public SealCosignCommand()
        : base("cosign", "Checks the cosignatures of witnesses, and adds them to the stored checkpoint.")
    {
        Add(_file);
        Add(_keys);
        Examples = ["ledger seal cosign cosigned.checkpoint --key witnesses.pub"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var keys = await SealFiles.ReadKeysAsync(session.Get(_keys), cancellationToken);
        var note = await SealFiles.ReadNoteAsync(session.Get(_file), cancellationToken);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var cosigned = await connection.Seal.AddCosignaturesAsync(note!, keys, cancellationToken);
        if (session.Json)
        {
            session.Out.Json(new SealTextContract(Note: cosigned.ToString()), ContractContext.Default.SealTextContract);
            return;
        }

        await session.Out.Text.WriteAsync(cosigned.ToString());
    }
}
