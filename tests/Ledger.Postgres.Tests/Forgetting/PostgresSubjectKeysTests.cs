using Ledger.Postgres.Forgetting;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Forgetting;

/// <summary>Keys of subjects in a table.</summary>
public sealed class PostgresSubjectKeysTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    [Fact]
    public async Task Keys_OfManyCallersAtOnce_AreOneForEachSubject()
    {
        var keys = new PostgresSubjectKeys(database.DataSource);

        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => keys.GetOrCreateAsync(i % 2 == 0 ? ["a", "b"] : ["b", "a"])));

        made.Select(k => Convert.ToHexString(k["a"]) + Convert.ToHexString(k["b"])).Distinct().Count().ShouldBe(1);
        made[0]["a"].ShouldNotBe(made[0]["b"]);
        made[0]["a"].Length.ShouldBe(32);
        (await keys.FindAsync(["a", "a", "none"])).Keys.ShouldBe(["a"]);
    }

    [Fact]
    public async Task Forget_Subject_IsForGood()
    {
        var keys = new PostgresSubjectKeys(database.DataSource);
        await keys.GetOrCreateAsync(["jane", "john"]);

        (await keys.ForgetAsync("jane")).ShouldBeTrue();
        (await keys.ForgetAsync("jane")).ShouldBeFalse();
        (await keys.ForgetAsync("never seen")).ShouldBeFalse();

        (await keys.GetOrCreateAsync(["jane", "john", "never seen"])).Keys.ShouldBe(["john"]);
        (await database.ScalarAsync<long>("select count(*) from ledger.subject_key where key is null and forgotten_at is not null")).ShouldBe(2);
    }
}
