using System.Text.RegularExpressions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Retention;

/// <summary>A sealed log is planned, held, removed, audited, verified and restored from the command line.</summary>
public sealed partial class RetentionCommandTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Retention_FromThePlanToTheRestoredRun_IsAsApproved()
    {
        var folder = Directory.CreateTempSubdirectory("ledger-retention-");
        try
        {
            var (cli, archive) = (database.Cli, Path.Combine(folder.FullName, "archive"));
            var (key, publicKey, policies) = (Path.Combine(folder.FullName, "seal.key"), Path.Combine(folder.FullName, "seal.pub"), Path.Combine(folder.FullName, "policies.json"));
            await File.WriteAllTextAsync(publicKey, (await cli.RunAsync("seal", "keygen", "example.com/log", "--out", key)).ShouldSucceed());
            await database.StartAsync("first", 3);
            await database.StartAsync("second", 2);
            await database.StartAsync("third", 2);
            (await cli.RunAsync("fork", "first", "--at", "2", "--id", "branch")).ShouldSucceed();
            await using (var dataSource = NpgsqlDataSource.Create(database.ConnectionString))
            await using (var age = dataSource.CreateCommand("update ledger.mt_streams set timestamp = timestamp - interval '100 days' where id like 'run:%'"))
            {
                await age.ExecuteNonQueryAsync();
            }

            (await cli.RunAsync("seal", "checkpoint", "--key-file", key)).ShouldSucceed();
            await File.WriteAllTextAsync(policies, """[{ "name": "evidence", "label": "audit" }, { "name": "old runs", "kind": "run", "older_than": "90d", "keep_last": 0 }]""");

            var story = new Transcript(cli);
            await story.RunAsync("retention", "report");
            await story.RunAsync("retention", "hold", "run:third", "--reason", "Case 12");
            await story.RunAsync("retention", "plan", "--policies", policies);
            await story.RunAsync("retention", "run", "--policies", policies, "--archive", archive);
            await story.RunAsync("retention", "report", "1");
            await story.RunAsync("events", "branch");
            await story.RunAsync("events", "second");
            await story.RunAsync("append", "first", "--type", "note");
            await story.RunAsync("seal", "audit", "--key", publicKey);
            var file = Directory.Exists(archive) ? Directory.GetFiles(archive, "run-second.*").ShouldHaveSingleItem() : archive;
            await story.RunAsync("seal", "verify", file, "--key", publicKey);
            await story.RunAsync("retention", "restore", file);
            await story.RunAsync("retention", "restore", file);
            await story.RunAsync("events", "second");
            await story.RunAsync("seal", "audit", "--key", publicKey);
            await story.RunAsync("retention", "hold", "run:third", "--release");
            await story.RunAsync("retention", "hold", "third", "--reason", "Case 12");
            await story.RunAsync("retention", "hold", "run:nix", "--reason", "Case 12");
            await story.RunAsync("retention", "plan");
            await story.RunAsync("retention", "plan", "--older-than", "soon");
            await story.RunAsync("retention", "plan", "--older-than", "1d", "--kind", "runs");
            await story.RunAsync("retention", "plan", "--policies", policies, "--keep-last", "1");
            await story.RunAsync("retention", "restore", policies);

            Approved.Check("retention", Normal(story.ToString().Replace(folder.FullName, "<folder>", StringComparison.Ordinal)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Normal(string text) => Sizes().Replace(Files().Replace(Ids().Replace(Times().Replace(text, "<time>"), "<id>"), ".<name>.jsonl.gz"), "<bytes> bytes");

    [GeneratedRegex(@"\.[0-9a-f]{8}\.jsonl\.gz", RegexOptions.CultureInvariant)]
    private static partial Regex Files();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.CultureInvariant)]
    private static partial Regex Ids();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?", RegexOptions.CultureInvariant)]
    private static partial Regex Times();

    [GeneratedRegex(@"\d+ bytes", RegexOptions.CultureInvariant)]
    private static partial Regex Sizes();
}
