using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Log.Contracts;

namespace Ledger.Cli.Contracts;

/// <summary><c>ledger schema check</c></summary>
internal sealed class SchemaCheckCommand : LedgerCommand
{
    private static readonly string[] Sides = ["readers", "writers", "all"];

    private readonly Argument<string> _old = new("OLD") { Description = "The contracts as they are, a file of 'ledger schema export' or of EventContracts.ToJson." };
    private readonly Argument<string?> _newer = new("NEW") { Description = "The contracts as they will be, a file, or - for standard input. Default: those that the database has.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _for = new("--for") { Description = "Whose programs count: readers, writers or all. Default: all.", HelpName = "SIDE" };

    public SchemaCheckCommand()
        : base("check", "Lists the changes of contracts that break programs which read or write the events. Exit code 1 if there is one.")
    {
        Add(_old);
        Add(_newer);
        Add(_for);
        Examples = ["ledger schema check released.json built.json", "ledger schema check released.json --for readers --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var side = session.Get(_for) ?? "all";
        if (!Sides.Contains(side, StringComparer.Ordinal))
        {
            throw new UsageException($"--for must be one of {string.Join(", ", Sides)}, but was '{side}'.");
        }

        var old = await ContractFile.ReadAsync(session.Get(_old), session.Io, cancellationToken);
        var newer = session.Get(_newer) is { } path ? await ContractFile.ReadAsync(path, session.Io, cancellationToken) : await DeclaredAsync(session, old, cancellationToken);
        var breaks = old.Compare(newer).Where(found => side == "all" || found.Side.ToString().Equals(side, StringComparison.OrdinalIgnoreCase)).ToList();
        if (session.Json)
        {
            session.Out.Json([.. breaks.Select(ContractBreakContract.Of)], ContractContext.Default.IReadOnlyListContractBreakContract);
        }
        else
        {
            foreach (var found in breaks)
            {
                session.Out.Add($"{found.Side.ToString().ToLowerInvariant()}  ", Tone.Faint).Add($"{ContractBreakContract.KindOf(found)}  ", Tone.Changed).Add(found.ToString()).EndLine();
            }

            if (breaks.Count == 0)
            {
                session.Out.Line($"{Printable.Count(old.Events.Count, "contract")} compared; nothing breaks.");
            }
        }

        if (breaks.Count > 0)
        {
            throw new RefusalException($"{Printable.Count(breaks.Count, "change")} of contracts would break programs that read or write the events.", FailureCodes.CheckFailed);
        }
    }

    // The file may have the events of Ledger too, which the database has not.
    private static async Task<EventContracts> DeclaredAsync(Session session, EventContracts old, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var declared = await connection.Contracts.ReadAsync(cancellationToken);
        var own = EventContracts.Of(new Postgres.PostgresOptions().Registry);
        return new EventContracts(declared.Select(row => row.Contract)).With(new EventContracts(own.Events.Where(contract => old.Find(contract.Name) is not null)));
    }
}
