using Ledger.Log.Contracts;

namespace Ledger.Explorer.Contracts;

/// <summary>The events of a name, and their contract.</summary>
/// <param name="Name">The name.</param>
/// <param name="Count">How many events the log has.</param>
/// <param name="Contract">built-in, declared, enforced or unknown.</param>
/// <param name="Version">The version of a declared contract.</param>
/// <param name="DeclaredBy">The program that declared it.</param>
/// <param name="Misfits">How many of the events do not fit it, where they were read.</param>
/// <param name="FirstMisfit">Where the first of them is, and what is wrong with it.</param>
internal sealed record EventTypeContract(
    string Name, long Count, string Contract, int? Version = null, string? DeclaredBy = null, long? Misfits = null, string? FirstMisfit = null);

/// <summary>A change of a contract that breaks programs.</summary>
/// <param name="Event">The name of the event.</param>
/// <param name="Path">The JSON pointer to what changed.</param>
/// <param name="Kind">How it changed, such as member_removed.</param>
/// <param name="Side">readers or writers.</param>
/// <param name="Change">The change as a sentence.</param>
internal sealed record ContractBreakContract(string Event, string Path, string Kind, string Side, string Change)
{
    public static ContractBreakContract Of(ContractBreak found) =>
        new(found.Event, found.Path, KindOf(found), found.Side.ToString().ToLowerInvariant(), found.ToString());

    /// <summary>The kind in snake_case.</summary>
    public static string KindOf(ContractBreak found) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(found.Kind.ToString());
}
