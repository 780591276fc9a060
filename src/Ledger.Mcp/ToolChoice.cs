using Ledger.Bus;

namespace Ledger.Mcp;

/// <summary>Which abilities of a bus are tools here.</summary>
/// <param name="writing">Whether tools may write.</param>
/// <param name="names">The names of the tools; null for all.</param>
internal sealed class ToolChoice(McpWriting writing, IReadOnlyCollection<string>? names)
{
    /// <summary>Whether an ability is a tool here.</summary>
    public bool Allows(AbilityMeta ability) =>
        ToolTable.Find(ability.Id) is { } tool
        && (writing == McpWriting.Allowed || tool.Effect == ToolEffect.Reads)
        && names?.Contains(ToolTable.NameOf(ability.Id)) != false;

    /// <summary>The sentence on the first name that cannot be chosen; null if there is none.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="howToWrite">How writing is allowed.</param>
    public string? FaultIn(IAgentBus bus, string howToWrite)
    {
        var tools = bus.Abilities.Where(ability => ToolTable.Find(ability.Id) is not null).ToList();
        foreach (var name in names ?? [])
        {
            var tool = tools.FirstOrDefault(ability => ToolTable.NameOf(ability.Id) == name);
            if (tool is null)
            {
                return $"There is no tool '{name}'. The tools are: {string.Join(", ", tools.Select(ability => ToolTable.NameOf(ability.Id)))}.";
            }

            if (!Allows(tool))
            {
                return $"The tool '{name}' writes, and writing is off. {howToWrite}";
            }
        }

        return null;
    }
}
