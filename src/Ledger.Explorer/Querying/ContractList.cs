using Ledger.Explorer.Contracts;
using Ledger.Log.Contracts;
using Ledger.Postgres;
using Ledger.Postgres.Contracts;

namespace Ledger.Explorer.Querying;

/// <summary>The contracts of events: those that applications declared, and Ledger's own.</summary>
internal static class ContractList
{
    private static readonly Lazy<EventContracts> BuiltIn = new(() => EventContracts.Of(new PostgresOptions().Registry));

    /// <summary>All of them as one set.</summary>
    public static async Task<EventContracts> AllAsync(EventContractTable? table, CancellationToken cancellationToken) =>
        new EventContracts((await DeclaredAsync(table, cancellationToken).ConfigureAwait(false)).Select(row => row.Contract)).With(BuiltIn.Value);

    /// <summary>A row for each.</summary>
    /// <param name="table">Those that were declared; null where there is no database for them.</param>
    /// <param name="name">Only of this name, with its schema; null for all.</param>
    /// <param name="withSchemas">Whether the rows have schemas.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<IReadOnlyList<NamedContractContract>> RowsAsync(EventContractTable? table, string? name, bool withSchemas, CancellationToken cancellationToken)
    {
        var declared = (await DeclaredAsync(table, cancellationToken).ConfigureAwait(false)).ToDictionary(row => row.Contract.Name, StringComparer.Ordinal);
        var all = new EventContracts(declared.Values.Select(row => row.Contract)).With(BuiltIn.Value);
        return
        [
            .. all.Events.Where(contract => name is null || contract.Name == name).Select(contract =>
            {
                var row = BuiltIn.Value.Find(contract.Name) is null ? declared.GetValueOrDefault(contract.Name) : null;
                return new NamedContractContract(
                    contract.Name,
                    row is null ? "built-in" : row.IsEnforced ? "enforced" : "declared",
                    row?.Version,
                    row?.DeclaredBy,
                    contract.ReadAs,
                    withSchemas ? contract.Schema : null);
            }),
        ];
    }

    private static async Task<IReadOnlyList<DeclaredContract>> DeclaredAsync(EventContractTable? table, CancellationToken cancellationToken) =>
        table is null ? [] : await table.ReadAsync(cancellationToken).ConfigureAwait(false);
}
