using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Seals;

/// <summary><c>ledger seal export</c></summary>
internal sealed class SealExportCommand : LedgerCommand
{
    private readonly Argument<string> _folder = new("DIR") { Description = "The folder; full tiles that it has already are left." };

    public SealExportCommand()
        : base("export", "Writes the newest checkpoint, its tiles and entries to a folder, which any web server can serve to monitors and witnesses.")
    {
        Add(_folder);
        Examples = ["ledger seal export /srv/log"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var sealedEvents = (await connection.Seal.GetStatusAsync(cancellationToken)).Size;
        var size = await session.Progress.RunAsync("Exporting", sealedEvents, progress => connection.Seal.ExportAsync(session.Get(_folder), progress, cancellationToken));
        if (session.Json)
        {
            session.Out.Json(SealStatusContract.Of(await connection.Seal.GetStatusAsync(cancellationToken)), ContractContext.Default.SealStatusContract);
            return;
        }

        session.Out.Line($"{Printable.Number(size)} events are exported to '{session.Get(_folder)}'.");
    }
}
