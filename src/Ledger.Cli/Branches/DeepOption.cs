using System.CommandLine;
using Ledger.Worlds;

namespace Ledger.Cli.Branches;

/// <summary>The option that names properties whose members are merged one by one.</summary>
internal sealed class DeepOption
{
    private readonly Option<string[]> _deep = new("--deep")
    {
        Description = "A property whose members are merged one by one, such as 'Claim/details'; write '~1' for '/' and '~0' for '~' in a name. "
            + "By default a property is one value. May be given several times.",
        HelpName = "TYPE/PROPERTY",
    };

    public Option Option => _deep;

    /// <exception cref="UsageException">A text is not a type and a property.</exception>
    public MergeRules RulesOf(Session session) => (session.Get(_deep) ?? []).Aggregate(MergeRules.None, (rules, deep) =>
        deep.Split('/') is [{ Length: > 0 } type, { Length: > 0 } property]
            ? rules.Deep(NameOf(type), NameOf(property))
            : throw new UsageException($"'--deep' must be a type and a property, such as 'Claim/details', but was '{deep}'."));

    private static string NameOf(string text) => text.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
