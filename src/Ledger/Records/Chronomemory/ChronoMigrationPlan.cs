namespace Ledger.Records.Chronomemory;

/// <summary>The plan of a migration.</summary>
/// <param name="Upserts">The records to write, in order.</param>
/// <param name="Skipped">The number of items that need no write.</param>
/// <param name="Notes">The items that do not become records.</param>
internal sealed record ChronoMigrationPlan(IReadOnlyList<ChronoRecord> Upserts, int Skipped, IReadOnlyList<ChronoMigrationNote> Notes)
{
    public int Requirements => Upserts.Count(r => r.Kind == "requirement");

    public int Testcases => Upserts.Count(r => r.Kind == "testcase");
}
