namespace Ledger.Conformance;

/// <summary>How much a test does: little at a desk, much when <c>LEDGER_SOAK</c> is 1.</summary>
public static class Scale
{
    public static bool IsSoak { get; } = Environment.GetEnvironmentVariable("LEDGER_SOAK") == "1";

    public static int Of(int quick, int soak) => IsSoak ? soak : quick;
}
