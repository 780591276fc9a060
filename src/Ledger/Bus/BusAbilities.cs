namespace Ledger.Bus;

/// <summary>The abilities that describe abilities, with the ids and members of Agent OS.</summary>
internal static class BusAbilities
{
    private static readonly BusJsonContext Json = BusJsonContext.Default;

    private static readonly AbilityMeta<BusListInput, BusListOutput> List =
        new("bus:list", "Lists the modules with the number of their abilities.", Json.BusListInput, Json.BusListOutput);

    private static readonly AbilityMeta<BusAbilitiesInput, BusAbilitiesOutput> OfModule =
        new("bus:abilities", "Lists the abilities of a module.", Json.BusAbilitiesInput, Json.BusAbilitiesOutput);

    private static readonly AbilityMeta<BusAbilityInput, BusSchemaOutput> Schema =
        new("bus:schema", "Returns the JSON Schemas of an ability's input and output.", Json.BusAbilityInput, Json.BusSchemaOutput);

    private static readonly AbilityMeta<BusAbilityInput, BusInspectOutput> Inspect =
        new("bus:inspect", "Returns the full description of an ability.", Json.BusAbilityInput, Json.BusInspectOutput);

    public static void Register(IAgentBus bus)
    {
        bus.Register(List, (_, _) => Task.FromResult(new BusListOutput
        {
            Modules = [.. bus.Abilities.GroupBy(a => a.ModuleName).Select(g => new BusModule { Name = g.Key, AbilityCount = g.Count() })],
        }));
        bus.Register(OfModule, (input, _) => Task.FromResult(new BusAbilitiesOutput
        {
            ModuleName = input.ModuleName,
            Abilities = [.. bus.Abilities.Where(a => a.ModuleName == input.ModuleName)
                .Select(a => new BusAbility { Id = a.Id, Name = a.AbilityName, Description = a.Description })],
        }));
        bus.Register(Schema, (input, _) =>
        {
            var meta = Find(bus, input);
            return Task.FromResult(new BusSchemaOutput { AbilityId = meta.Id, InputSchema = meta.InputSchema, OutputSchema = meta.OutputSchema });
        });
        bus.Register(Inspect, (input, _) => Task.FromResult(new BusInspectOutput { Meta = BusMeta.Of(Find(bus, input)) }));
    }

    private static AbilityMeta Find(IAgentBus bus, BusAbilityInput input) =>
        bus.Find(input.AbilityId) ?? throw new AbilityNotFoundException(input.AbilityId);
}
