using System.CommandLine;
using Ledger.Log.Contracts;
using Ledger.Postgres;

namespace Ledger.Cli.Contracts;

/// <summary><c>ledger schema export</c></summary>
internal sealed class SchemaExportCommand : LedgerCommand
{
    private readonly Option<bool> _builtIn = new("--built-in") { Description = "Only the events of Ledger itself; needs no server." };
    private readonly Option<bool> _asyncApi = new("--asyncapi") { Description = "As an AsyncAPI 3.0 document." };
    private readonly Option<string?> _title = new("--title") { Description = "The title of the AsyncAPI document. Default: Events.", HelpName = "TITLE" };

    public SchemaExportCommand()
        : base("export", "Prints the contracts of events, those that applications declared and those of Ledger, as one JSON Schema document.")
    {
        Add(_builtIn);
        Add(_asyncApi);
        Add(_title);
        Examples = ["ledger schema export > events.schema.json", "ledger schema export --asyncapi --title Harbour", "ledger schema export --built-in"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var contracts = EventContracts.Of(new PostgresOptions().Registry);
        if (!session.Get(_builtIn))
        {
            await using var connection = await session.ConnectAsync(cancellationToken);
            var declared = await connection.Contracts.ReadAsync(cancellationToken);
            contracts = new EventContracts(declared.Select(row => row.Contract)).With(contracts);
        }

        session.Out.RawJson(session.Get(_asyncApi) ? contracts.ToAsyncApi(session.Get(_title) ?? "Events", "1.0.0") : contracts.ToJson());
    }
}
