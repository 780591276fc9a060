using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Seals;

/// <summary><c>ledger seal prove</c></summary>
internal sealed class SealProveCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("An event by its id, or a run or branch, which is proved with all of its events.", "EVENT|RUN");
    private readonly Option<string?> _since = SealFiles.SinceOption();

    public SealProveCommand()
        : base("prove", "Prints the proof that an event, or a whole run or branch, is in the log; 'ledger seal verify' checks it without a database.")
    {
        Add(_id);
        Add(_since);
        Examples =
        [
            "ledger seal prove 01932c07-5f2a-7000-8000-000000000001 > event.tlog-proof",
            "ledger seal prove run:first --since march.checkpoint > first.bundle",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var since = await SealFiles.ReadNoteAsync(session.Get(_since), cancellationToken);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var text = session.Get(_id);
        if (!Guid.TryParse(text, out var id))
        {
            // A bundle is JSON in lines already.
            var run = await Histories.FindAsync(connection, text, cancellationToken);
            await session.Out.FlushAsync();
            await connection.Seal.WriteRunAsync(run.StreamName, session.Io.Output, since, cancellationToken);
            return;
        }

        var proof = await connection.Seal.ProveAsync(id, since, cancellationToken);
        if (session.Json)
        {
            session.Out.Json(new SealTextContract(Proof: proof.ToString()), ContractContext.Default.SealTextContract);
            return;
        }

        await session.Out.Text.WriteAsync(proof.ToString());
    }
}
