using System.CommandLine;
using System.Globalization;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Log.Contracts;
using Ledger.Postgres;

namespace Ledger.Cli.Contracts;

/// <summary><c>ledger schema status</c></summary>
internal sealed class SchemaStatusCommand : LedgerCommand
{
    private readonly Option<bool> _check = new("--check") { Description = "Read every event, and count those that do not fit the contract of their name." };

    public SchemaStatusCommand()
        : base("status", "Lists the names of the events in the log and of the contracts: how many events there are, the version of the contract, and which names have none.")
    {
        Add(_check);
        Examples = ["ledger schema status", "ledger schema status --check --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var declared = (await connection.Contracts.ReadAsync(cancellationToken)).ToDictionary(row => row.Contract.Name, StringComparer.Ordinal);
        var contracts = EventContracts.Of(new PostgresOptions().Registry);
        var known = new EventContracts(declared.Values.Select(row => row.Contract)).With(contracts);
        var used = await session.Progress.RunAsync("Counting the events", () => connection.Contracts.CountAsync(cancellationToken));
        var misfits = session.Get(_check)
            ? await session.Progress.RunAsync("Reading the events", () => Misfits.FindAsync(connection.Store, known, cancellationToken))
            : null;
        var counts = used.ToDictionary(use => use.Name, use => use.Count, StringComparer.Ordinal);
        var rows = counts.Keys.Union(declared.Keys).Order(StringComparer.Ordinal).Select(name => new EventTypeContract(
            name,
            counts.GetValueOrDefault(name),
            contracts.Find(name) is not null ? "built-in" : declared.TryGetValue(name, out var row) ? row.IsEnforced ? "enforced" : "declared" : "unknown",
            declared.TryGetValue(name, out var version) ? version.Version : null,
            declared.TryGetValue(name, out var by) ? by.DeclaredBy : null,
            misfits is null ? null : misfits.GetValueOrDefault(name)?.Count ?? 0,
            misfits?.GetValueOrDefault(name)?.First)).ToList();
        if (session.Json)
        {
            session.Out.Json(rows, ContractContext.Default.IReadOnlyListEventTypeContract);
            return;
        }

        Print(session.Out, rows);
    }

    private static void Print(Printer output, List<EventTypeContract> rows)
    {
        var areChecked = rows.Exists(row => row.Misfits is not null);
        output.Line($"{"EVENTS",12}  {(areChecked ? $"{"MISFITS",9}  " : "")}{"VERSION",7}  {"CONTRACT",-8}  NAME", Tone.Faint);
        foreach (var row in rows)
        {
            output.Add($"{Printable.Number(row.Count),12}  ");
            if (row.Misfits is { } misfits)
            {
                output.Add($"{Printable.Number(misfits),9}  ", misfits == 0 ? Tone.Faint : Tone.Removed);
            }

            output.Add($"{row.Version?.ToString(CultureInfo.InvariantCulture) ?? "-",7}  {row.Contract,-8}  ").Add(row.Name, Tone.Name).EndLine();
        }

        foreach (var row in rows.Where(row => row.FirstMisfit is not null))
        {
            output.Line($"{row.Name}: {row.FirstMisfit}", Tone.Removed);
        }

        var unknown = rows.Where(row => row.Contract == "unknown").Sum(row => row.Count);
        output.Line(unknown == 0 ? "Every event has a contract." : $"{Printable.Count(unknown, "event")} of unknown names.", Tone.Faint);
    }
}
