using System.CommandLine;
using Ledger.Explorer.Contracts;
using Ledger.Seal;

namespace Ledger.Cli.Seals;

/// <summary><c>ledger seal witness</c></summary>
internal sealed class SealWitnessCommand : LedgerCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Argument<string> _url = new("URL") { Description = "The address below which the witness takes checkpoints at '/add-checkpoint'." };
    private readonly Option<string[]> _keys = SealFiles.KeyOption();

    public SealWitnessCommand()
        : base("witness", "Has a witness cosign the newest checkpoint, stores the cosignature, and prints the checkpoint. Refused if the log does not extend what the witness cosigned before.")
    {
        Add(_url);
        Add(_keys);
        Examples = ["ledger seal witness https://witness.example/w1 --key witness.pub"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(session.Get(_url), UriKind.Absolute, out var address))
        {
            throw new UsageException($"'{session.Get(_url)}' is not an address such as https://witness.example/w1.");
        }

        var keys = await SealFiles.ReadKeysAsync(session.Get(_keys), cancellationToken);
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = Patience };
        var witness = new CheckpointWitness(client, address, keys);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var note = await connection.Seal.CosignAsync(witness, cancellationToken);
        if (session.Json)
        {
            session.Out.Json(new SealTextContract(Note: note.ToString()), ContractContext.Default.SealTextContract);
            return;
        }

        await session.Out.Text.WriteAsync(note.ToString());
    }
}
