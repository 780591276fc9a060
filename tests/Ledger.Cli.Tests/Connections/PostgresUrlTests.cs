using Ledger.Cli.Connections;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Connections;

public sealed class PostgresUrlTests
{
    [Theory]
    [InlineData("postgresql://db.example", "Host=db.example")]
    [InlineData("postgres://me:p%40ss%2F@db.example:5433/shop", "Host=db.example;Port=5433;Username=me;Password=p@ss/;Database=shop")]
    [InlineData("postgresql://me@[::1]:5433/shop", "Host=::1;Port=5433;Username=me;Database=shop")]
    [InlineData("postgresql://[::1]/", "Host=::1")]
    [InlineData("postgresql://a:1,b:2/shop?target_session_attrs=read-write", "Host=a:1,b:2;Database=shop;Target Session Attributes=read-write")]
    [InlineData("postgresql://%2Fvar%2Frun%2Fpostgresql/shop", "Host=/var/run/postgresql;Database=shop")]
    [InlineData("postgresql:///shop?host=/tmp&port=5433&user=me", "Host=/tmp;Port=5433;Database=shop;Username=me")]
    [InlineData("postgresql://h/d?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=3&application_name=mine",
        "Host=h;Database=d;SSL Mode=VerifyFull;Root Certificate=/ca.pem;Timeout=3;Application Name=mine")]
    public void Address_IsThatOfNpgsql(string url, string connectionString)
    {
        var parts = PostgresUrl.Parse("--connection", url);

        parts.EquivalentTo(new NpgsqlConnectionStringBuilder(connectionString)).ShouldBeTrue(parts.ConnectionString);
    }

    [Fact]
    public async Task Address_InTheVariable_IsUsed()
    {
        await using var database = await CliDatabase.CreateEmptyAsync();
        var parts = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var url = $"postgresql://{Uri.EscapeDataString(parts.Username ?? "")}@{Uri.EscapeDataString(parts.Host!)}/{parts.Database}?port={parts.Port}&password={Uri.EscapeDataString(parts.Password ?? "")}";

        (await new Cli { ConnectionString = url }.RunAsync("run", "list")).ExitCode.ShouldBe(1, "The database is there, and has no schema.");
        (await new Cli { ConnectionString = url }.RunAsync("migrate", "apply")).ShouldSucceed();
        (await new Cli { ConnectionString = url }.RunAsync("run", "list")).ShouldSucceed().ShouldStartWith("There are no runs yet.");
    }
}
