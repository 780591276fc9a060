using Ledger.Cli.Output;
using Ledger.Worlds;

namespace Ledger.Cli.Worlds;

/// <summary>Objects and relations for people, a line each.</summary>
internal static class EntityText
{
    public static void Print(Printer output, WorldObject item) =>
        output.Add("object ").Add(item.Id, Tone.Name).Add($" {item.Type}", Tone.Changed).Add($" {item.Data}").EndLine();

    public static void Print(Printer output, Relation item)
    {
        output.Add("relation ").Add(item.Id, Tone.Name).Add($" {item.Type}", Tone.Changed);
        output.Add($" {item.SourceId} -> {item.TargetId} {item.Data}").EndLine();
    }
}
