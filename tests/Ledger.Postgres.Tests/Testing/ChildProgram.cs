using Ledger.Testing;

namespace Ledger.Postgres.Tests.Testing;

/// <summary>A process of its own, for tests that kill one: makes a throw-away server and a database, says where, and waits.</summary>
internal static class ChildProgram
{
    private static async Task Main()
    {
        var postgres = await TestPostgres.SharedAsync();
        var database = await postgres.CreateDatabaseAsync();
        Console.WriteLine(database.ConnectionString);
        await Console.In.ReadToEndAsync();
    }
}
