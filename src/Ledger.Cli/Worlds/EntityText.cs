using Ledger.Cli.Output;

namespace Ledger.Cli.Worlds;

/// <summary>Prints objects and relations for people, one per line, which is cut on a terminal.</summary>
internal static class EntityText
{
    public static void Print(Printer output, WorldObject item) =>
        Begin(output, item).AddRest($" {item.Data}").EndLine();

    /// <summary>Prints all of an object, on a terminal too.</summary>
    public static void PrintWhole(Printer output, WorldObject item) => Begin(output, item).Add($" {item.Data}").EndLine();

    public static void Print(Printer output, Relation item)
    {
        output.Add("relation ").Add(item.Id, Tone.Name).Add($" {item.Type}", Tone.Changed);
        output.Add($" {item.SourceId} -> {item.TargetId}").AddRest($" {item.Data}").EndLine();
    }

    /// <summary>Prints a relation and which of its ends do not exist; returns whether one is missing.</summary>
    public static bool Print(Printer output, Relation item, Func<string, bool> exists)
    {
        string[] missing = [.. new[] { item.SourceId, item.TargetId }.Distinct(StringComparer.Ordinal).Where(end => !exists(end))];
        if (missing.Length == 0)
        {
            Print(output, item);
            return false;
        }

        output.Add("relation ").Add(item.Id, Tone.Name).Add($" {item.Type}", Tone.Changed);
        output.Add($" from {item.SourceId} to {item.TargetId}").AddHalf($" {item.Data}")
            .AddRest($" (dangling: no object {string.Join(" and ", missing.Select(end => $"'{end}'"))})", Tone.Removed).EndLine();
        return true;
    }

    private static Printer Begin(Printer output, WorldObject item) => output.Add("object ").Add(item.Id, Tone.Name).Add($" {item.Type}", Tone.Changed);
}
