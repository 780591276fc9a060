using System.ComponentModel;
using System.Text.Json;

namespace Ledger.Bus;

internal sealed record BusListInput;

internal sealed record BusListOutput
{
    public required IReadOnlyList<BusModule> Modules { get; init; }
}

internal sealed record BusModule
{
    public required string Name { get; init; }

    public required int AbilityCount { get; init; }
}

internal sealed record BusAbilitiesInput
{
    [Description("The name of the module, such as 'ldg'.")]
    public required string ModuleName { get; init; }
}

internal sealed record BusAbilitiesOutput
{
    public required string ModuleName { get; init; }

    public required IReadOnlyList<BusAbility> Abilities { get; init; }
}

internal sealed record BusAbility
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Description { get; init; }
}

internal sealed record BusAbilityInput
{
    [Description("The id of the ability, such as 'ldg:task:get'.")]
    public required string AbilityId { get; init; }
}

internal sealed record BusSchemaOutput
{
    public required string AbilityId { get; init; }

    public required JsonElement InputSchema { get; init; }

    public required JsonElement OutputSchema { get; init; }
}

internal sealed record BusInspectOutput
{
    public required BusMeta Meta { get; init; }
}

internal sealed record BusMeta
{
    public required string Id { get; init; }

    public required string ModuleName { get; init; }

    public required string AbilityName { get; init; }

    public required string Description { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required JsonElement InputSchema { get; init; }

    public required JsonElement OutputSchema { get; init; }

    public static BusMeta Of(AbilityMeta meta) => new()
    {
        Id = meta.Id,
        ModuleName = meta.ModuleName,
        AbilityName = meta.AbilityName,
        Description = meta.Description,
        Tags = meta.Tags,
        InputSchema = meta.InputSchema,
        OutputSchema = meta.OutputSchema,
    };
}
