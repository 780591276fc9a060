using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Seal;

namespace Ledger.Cli.Seals;

/// <summary><c>ledger seal status</c></summary>
internal sealed class SealStatusCommand : LedgerCommand
{
    public SealStatusCommand()
        : base("status", "Shows how many events are sealed, and the newest checkpoint.") =>
        Examples = ["ledger seal status", "ledger seal status --json"];

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var status = await connection.Seal.GetStatusAsync(cancellationToken);
        if (session.Json)
        {
            session.Out.Json(SealStatusContract.Of(status), ContractContext.Default.SealStatusContract);
            return;
        }

        session.Out.Fact("sealed    ", $"{Printable.Number(status.Size)} events, up to number {Printable.Number(status.Sequence)}");
        session.Out.Fact("unsealed  ", $"{Printable.Number(status.Unsealed)}{(status.Unsealed == 10_000 ? " or more" : "")} events");
        session.Out.Fact(
            "checkpoint",
            status.LastCheckpoint is { } note
                ? $"{Printable.Number(Checkpoint.Of(note).Size)} events, signed {Printable.Time(status.SignedAt!.Value)}, {Printable.Number(status.Checkpoints)} in all"
                : "none");
        if (status.LastCheckpoint is { } last)
        {
            await session.Out.Text.WriteAsync($"\n{last}");
        }
    }
}
