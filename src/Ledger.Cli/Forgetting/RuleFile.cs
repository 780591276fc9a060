using System.Text.Json;
using Ledger.Cli.Files;
using Ledger.Explorer.Contracts;
using Ledger.Forgetting;

namespace Ledger.Cli.Forgetting;

/// <summary>Reads rules of personal data from a file.</summary>
internal static class RuleFile
{
    /// <exception cref="UsageException">The file is not a list of rules, or a rule is not valid.</exception>
    public static async Task<IReadOnlyList<PersonalDataRule>> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var rules = JsonSerializer.Deserialize((await WholeFile.ReadSmallAsync(file, cancellationToken)).Span, ContractContext.Default.IReadOnlyListPersonalDataContract) ?? [];
            return [.. rules.Select(rule => rule is null ? throw new JsonException("A rule is null.") : new PersonalDataRule(rule.Type, rule.Path, rule.Subject))];
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            throw new UsageException($"'{file}' is not a JSON array of rules with type, path and subject: {fault.Message.Split(" (Parameter", 2)[0]}");
        }
    }
}
