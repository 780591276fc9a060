using System.CommandLine;

namespace Ledger.Cli.Tenants;

/// <summary>The arguments of commands about a tenant.</summary>
internal static class TenantArguments
{
    public static Argument<string> Name() => new("NAME") { Description = "The tenant." };

    public static Argument<string> Database() => new("DATABASE") { Description = "Its database: \"Host=…;Database=…\" or postgresql://USER@HOST/DATABASE. It must exist." };
}
