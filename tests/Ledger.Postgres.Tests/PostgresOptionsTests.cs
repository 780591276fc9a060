using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests;

public sealed class PostgresOptionsTests
{
    [Fact]
    public void Checked_Defaults_HaveNoFault() => new PostgresOptions().Checked().ShouldBe(new PostgresOptions());

    [Fact]
    public void Checked_ManyFaults_NamesAllInOneMessage()
    {
        var options = new PostgresOptions
        {
            ConnectionString = "Host=h;Prot=5432",
            EventSchema = "",
            LedgerSchema = "pg_$",
            Registry = null!,
            Limits = null!,
            CommandTimeout = TimeSpan.Zero,
            AutoMigrate = (AutoMigrate)7,
        };

        var refusal = Should.Throw<PostgresOptionsException>(() => options.Checked());

        refusal.Faults.Count.ShouldBe(8);
        refusal.Message.ShouldBe(
            "The options of Ledger have 8 faults: ConnectionString is not a connection string of Npgsql. A value with ';' needs quotes: Password=\"a;b\". "
            + "EventSchema is empty; it must be the name of a schema. "
            + "LedgerSchema 'pg_$' has a '$' or a control character; choose a name without. "
            + "LedgerSchema 'pg_$' begins with 'pg_', which PostgreSQL keeps for itself. "
            + "Registry is null; leave it out for the built-in events. "
            + "Limits is null; leave it out for the defaults. "
            + "CommandTimeout is '00:00:00'; it must be more than zero and at most a day. "
            + "AutoMigrate is '7', which is not a valid value.");
    }

    [Fact]
    public void Checked_LongName_CountsBytes()
    {
        new PostgresOptions { EventSchema = new string('a', 63) }.Checked();

        var refusal = Should.Throw<PostgresOptionsException>(() => new PostgresOptions { EventSchema = new string('ä', 32) }.Checked());

        refusal.Message.ShouldBe(
            $"The options of Ledger have a fault: EventSchema '{new string('ä', 32)}' is longer than the 63 bytes that PostgreSQL keeps of a name.");
    }

    [Fact]
    public void Checked_ConnectionStringWithoutHost_IsRefused() =>
        Should.Throw<PostgresOptionsException>(() => new PostgresOptions { ConnectionString = "Database=a" }.Checked())
            .Message.ShouldBe("The options of Ledger have a fault: ConnectionString names no host.");
}
