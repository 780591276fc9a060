using System.ComponentModel;
using System.Text.Json;
using Ledger.Explorer.Contracts;

namespace Ledger.Mcp.Abilities;

internal sealed record QueryRowsPage(
    [property: Description("The columns, in order.")] IReadOnlyList<QueryColumnContract> Columns,
    [property: Description("An object for each row.")] IReadOnlyList<JsonElement> Rows,
    [property: Description("Whether there are further rows: ask for fewer, or for sums.")] bool HasMore);

internal sealed record ContractsPage(
    [property: Description("The contracts, by name.")] IReadOnlyList<NamedContractContract> Contracts);
