using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ledger.Mcp.Abilities;

internal sealed record LogQueryInput
{
    [Description("One statement that asks: select, with, values, table or explain.")]
    public required string Sql { get; init; }

    [Range(1, 300)]
    [Description("How many seconds the answer may take. Default: 30.")]
    public int? Timeout { get; init; }

    [Range(1, 1_000)]
    [Description("The most rows to return. Default: 100.")]
    public int? Limit { get; init; }
}

internal sealed record LogContractsInput
{
    [Description("The name of the events: with its JSON Schema. Default: all names, without schemas.")]
    public string? Name { get; init; }
}
