using System.CommandLine;

namespace Ledger.Cli.Tenants;

/// <summary>The arguments of commands about a tenant.</summary>
internal static class TenantArguments
{
    public static Argument<string> Name() => new("NAME") { Description = "The tenant." };

    /// <summary>The database of a tenant that may instead be one of many in a schema.</summary>
    public static Argument<string?> OptionalDatabase() => new("DATABASE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Its database: \"Host=…;Database=…\" or postgresql://USER@HOST/DATABASE. It must exist. Leave it out where the schema has the logs of many tenants.",
    };

    /// <summary>The database to which a tenant moves.</summary>
    public static Argument<string> Target() => new("DATABASE")
    {
        Description = "Its database: \"Host=…;Database=…\" or postgresql://USER@HOST/DATABASE. It must exist. Of a pool the name of one of its databases.",
    };

    public static Argument<string> Database() => new("DATABASE") { Description = "Its database: \"Host=…;Database=…\" or postgresql://USER@HOST/DATABASE. It must exist." };
}
