using System.Diagnostics;
using Ledger.Testing;
using Shouldly;

namespace Ledger.Packages.Tests;

/// <summary>samples/Native compiled as usual; <see cref="PackageTests"/> compiles it ahead of time.</summary>
public sealed class NativeSample
{
    internal const string Printed =
        """
        memory: claim-1 /data/status: open -> refuted
        postgres: 3 in stock of lamp; the model was called 1 times
        postgres: 1 calls, 48 tokens

        """;

    [SoakFact]
    public async Task Sample_Runs()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        using var process = Process.Start(Shell.InfoOf(
            AppContext.BaseDirectory, new Dictionary<string, string>(), "dotnet", Path.Combine(AppContext.BaseDirectory, "Native.dll"), database.ConnectionString))!;

        (await process.StandardOutput.ReadToEndAsync()).ShouldBe(Printed);
    }
}
