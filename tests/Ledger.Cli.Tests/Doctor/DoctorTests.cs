using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Doctor;

/// <summary>The state of a database in sentences and as JSON; exit code 1 if a person has to act.</summary>
public sealed class DoctorTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Doctor_NamesWhatIsWrong_AndExitsWithOne()
    {
        await using (var source = NpgsqlDataSource.Create(database.ConnectionString))
        await using (var drop = source.CreateCommand("drop index ledger.ix_branch_root"))
        {
            await drop.ExecuteNonQueryAsync();
        }

        var text = await database.Cli.RunAsync("doctor");
        var json = await database.Cli.RunAsync("doctor", "--json");

        // The server of tests is one without durability.
        text.ExitCode.ShouldBe(1);
        text.Output.ShouldContain("problem: The setting 'fsync' is 'off': a crash of the machine can destroy the database. Switch it on.\n");
        text.Output.ShouldMatch("problem: The index 'ix_branch_root' of 'ledger.branch' is missing; it should be .* Run 'ledger migrate apply', which makes it.\n");
        text.Output.ShouldMatch("\nDatabase '.*' on PostgreSQL [0-9.]+: [0-9.]+ MB\n +ROWS +DEAD +SIZE +INDEXES  TABLE\n");
        text.Output.ShouldContain("  ledger.mt_events\n");
        text.Error.ShouldMatch("^ledger: The database '.*' needs a person: [0-9]+ problems.\n$");
        using var document = System.Text.Json.JsonDocument.Parse(json.Output);
        json.ExitCode.ShouldBe(1);
        document.RootElement.GetProperty("needs_person").GetBoolean().ShouldBeTrue();
        document.RootElement.GetProperty("symptoms").EnumerateArray().ShouldContain(
            finding => finding.GetProperty("check").GetString() == "indexes" && finding.GetProperty("severity").GetString() == "problem");
    }
}
