using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests;

public sealed class SchemaNamesTests
{
    [Fact]
    public void Fill_Tokens_AreQuotedOnce() =>
        new SchemaNames("{ledger}", "a\"b'c").Fill("{events}.x {ledger}.y {events_text} {ledger_text} '{}' {other}")
            .ShouldBe("\"{ledger}\".x \"a\"\"b'c\".y '{ledger}' 'a\"b''c' '{}' {other}");

    [Fact]
    public void Load_UnknownFile_NamesIt() =>
        Should.Throw<InvalidOperationException>(() => SqlText.Load("Nothing"))
            .Message.ShouldBe("The file 'sql/Nothing.sql' is not embedded in 'Ledger.Postgres'.");
}
