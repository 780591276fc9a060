using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests;

public sealed class SchemaNamesTests
{
    [Fact]
    public void Fill_Tokens_AreQuotedOnce() =>
        new SchemaNames("{ledger}", "a\"b'c").Fill("{events}.x {ledger}.y {events_text} {ledger_text} '{}' {other}")
            .ShouldBe("\"{ledger}\".x \"a\"\"b'c\".y '{ledger}' 'a\"b''c' '{}' {other}");

    [Theory]
    [InlineData(Tenancy.Single, "\"e\".mt_event_progression \"e\".mt_event_progressions a{\"e\" '*DEFAULT*' {events")]
    [InlineData(Tenancy.Conjoined, "\"l\".tenant_progression \"e\".mt_event_progressions a{\"e\" tenant_id, current_setting('ledger.tenant') {events")]
    public void Fill_TokensOfTenants_AreThoseOfTheTenancy(Tenancy tenancy, string filled) =>
        new SchemaNames("e", "l", tenancy).Fill("{events}.mt_event_progression {events}.mt_event_progressions a{{events} {tenant_key}{tenant} {events").ShouldBe(filled);

    [Fact]
    public void Load_UnknownFile_NamesIt() =>
        Should.Throw<InvalidOperationException>(() => SqlText.Load("Nothing"))
            .Message.ShouldBe("The file 'sql/Nothing.sql' is not embedded in 'Ledger.Postgres'.");
}
