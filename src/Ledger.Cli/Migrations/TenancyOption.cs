using System.CommandLine;
using Ledger.Postgres;

namespace Ledger.Cli.Migrations;

/// <summary><c>--tenancy</c> of the commands that make a schema.</summary>
internal static class TenancyOption
{
    private const string Single = "single";
    private const string Conjoined = "conjoined";

    /// <summary>The option with its explanation.</summary>
    public static Option<string?> Create(string description) => new("--tenancy") { Description = description, HelpName = "TENANCY" };

    /// <summary>Notes in the session what the user has chosen.</summary>
    /// <exception cref="UsageException">It is neither of the two.</exception>
    public static void Apply(this Option<string?> option, Session session) => session.Tenancy = session.Get(option) switch
    {
        null or Single => Tenancy.Single,
        Conjoined => Tenancy.Conjoined,
        var other => throw new UsageException($"'--tenancy' must be '{Single}' or '{Conjoined}', but was '{other}'."),
    };
}
