namespace Ledger.Postgres.Tests;

/// <summary>How much a test does: little in the test run, much more when <c>LEDGER_SOAK</c> is set.</summary>
internal static class Load
{
    public static bool Soak { get; } = Environment.GetEnvironmentVariable("LEDGER_SOAK") is { Length: > 0 };
}
