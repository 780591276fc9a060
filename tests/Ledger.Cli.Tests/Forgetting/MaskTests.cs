using System.Text.RegularExpressions;
using Npgsql;
using Xunit;

namespace Ledger.Cli.Tests.Forgetting;

/// <summary>Payloads are masked by the command, and what it says afterwards.</summary>
public sealed partial class MaskTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Mask_RunSubjectAndRecord_IsAsApproved()
    {
        var file = Path.GetTempFileName();
        try
        {
            var cli = database.Cli;
            await File.WriteAllTextAsync(file, """[{"type": "order", "path": "$.to", "subject": "$.customer"}]""");
            (await cli.RunAsync("run", "start", "--id", "first")).ShouldSucceed();
            foreach (var (type, data) in new[]
            {
                ("object.created", """{"id": "c1", "type": "Customer", "data": {"mail": "jane", "plan": "gold"}}"""),
                ("order", """{"customer": "customer-7", "to": {"name": "Jane"}}"""),
                ("order", """{"customer": "customer-8", "to": {"name": "John"}}"""),
            })
            {
                (await cli.RunAsync("append", "first", "--type", type, "--data", data)).ShouldSucceed();
            }

            (await cli.RunAsync("chrono", "upsert", "people", "p1", "--label", "Jane")).ShouldSucceed();

            var story = new Transcript(cli);
            await story.RunAsync("mask", "--stream", "first", "--path", "$.data.mail", "--dry-run");
            await story.RunAsync("mask", "--stream", "first", "--path", "$.data.mail", "--reason", "request 17", "--by", "dpo");
            await story.RunAsync("object", "first", "c1");
            await story.RunAsync("mask", "--subject", "customer-7", "--rules", file, "--reason", "request 17");
            await story.RunAsync("mask", "--subject", "customer-7", "--rules", file, "--reason", "request 17", "--json");
            await using (var dataSource = NpgsqlDataSource.Create(database.ConnectionString))
            await using (var shard = dataSource.CreateCommand("insert into ledger.projection_shard (name, kind, state) values ('orders:All', 'documents', 'running')"))
            {
                await shard.ExecuteNonQueryAsync();
            }

            await story.RunAsync("mask", "--subject", "customer-8", "--rules", file, "--reason", "request 19", "--rebuild");
            await story.RunAsync("mask", "00000000-0000-0000-0000-000000000000", "--reason", "request 17");
            await story.RunAsync("mask", "--stream", "chrono:people", "--reason", "request 18");
            await story.RunAsync("chrono", "verify", "people");
            await story.RunAsync("chrono", "verify", "people", "--allow-erased", "--json");
            await story.RunAsync("chrono", "export", "people", file + ".d");
            await story.RunAsync("forget", "customer-7");
            await story.RunAsync("mask", "--list");
            await File.WriteAllTextAsync(file + ".list", (await cli.RunAsync("mask", "--list")).ShouldSucceed());
            await using (var dataSource = NpgsqlDataSource.Create(database.ConnectionString))
            await using (var restore = dataSource.CreateCommand("update ledger.mt_events set data = '{\"customer\": \"customer-7\", \"to\": {\"name\": \"Jane\"}}' where data @> '{\"customer\": \"customer-7\"}'"))
            {
                await restore.ExecuteNonQueryAsync();
            }

            await story.RunAsync("mask", "--again", file + ".list");
            await story.RunAsync("mask", "--again", file + ".list", "--dry-run", "--json");
            await story.RunAsync("mask", "--again", file);
            await story.RunAsync("mask", "--list", "--stream", "first");
            await File.WriteAllTextAsync(file + ".forgotten", "{\"subject\":\"customer-9\",\"forgotten_at\":\"2026-11-30T10:00:00Z\"}\n");
            await story.RunAsync("forget", "--again", file + ".forgotten");
            await story.RunAsync("forget", "--list");
            await story.RunAsync("forget");
            await story.RunAsync("mask", "--stream", "first");
            await story.RunAsync("mask", "--reason", "request 17");
            await story.RunAsync("mask", "--stream", "first", "--reason", "r", "--path", "data.mail");
            await story.RunAsync("mask", "--subject", "customer-7", "--reason", "r");
            await story.RunAsync("mask", "--stream", "nowhere", "--reason", "r");

            Approved.Check("mask", Times().Replace(Hashes().Replace(Ids().Replace(story.ToString().Replace(file, "<file>", StringComparison.Ordinal), "<id>"), "<hash>"), "<time>"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    // The one of no event stays.
    [GeneratedRegex("0[0-9a-f]{7}-(?!0000)[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.CultureInvariant)]
    private static partial Regex Ids();

    [GeneratedRegex("(?<=\"forgotten_at\":\")[^\"]*", RegexOptions.CultureInvariant)]
    private static partial Regex Times();

    [GeneratedRegex("[0-9a-f]{64}", RegexOptions.CultureInvariant)]
    private static partial Regex Hashes();
}
