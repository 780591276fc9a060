namespace Ledger.Records.Chronomemory;

/// <summary>What a migration writes.</summary>
/// <param name="Upserts">The records to write, in order.</param>
/// <param name="Skipped">How many items need no writing.</param>
/// <param name="Notes">What gives no record.</param>
internal sealed record ChronoMigrationPlan(IReadOnlyList<ChronoRecord> Upserts, int Skipped, IReadOnlyList<ChronoMigrationNote> Notes)
{
    public int Requirements => Upserts.Count(r => r.Kind == "requirement");

    public int Testcases => Upserts.Count(r => r.Kind == "testcase");
}
