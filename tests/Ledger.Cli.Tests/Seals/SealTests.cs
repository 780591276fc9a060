using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using Xunit;

namespace Ledger.Cli.Tests.Seals;

/// <summary>A log is sealed, proved, verified without a database, and audited.</summary>
public sealed partial class SealTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Seal_FromTheKeyToTheForgery_IsAsApproved()
    {
        var folder = Directory.CreateTempSubdirectory("ledger-seal");
        try
        {
            var (key, publicKey) = (Path.Combine(folder.FullName, "seal.key"), Path.Combine(folder.FullName, "seal.pub"));
            var (kept, bundle, proof, since) = (
                Path.Combine(folder.FullName, "kept.checkpoint"), Path.Combine(folder.FullName, "run.bundle"), Path.Combine(folder.FullName, "event.tlog-proof"),
                Path.Combine(folder.FullName, "since.proof"));
            var cli = database.Cli;
            await File.WriteAllTextAsync(publicKey, (await cli.RunAsync("seal", "keygen", "example.com/log", "--out", key)).ShouldSucceed());
            await database.StartAsync("first", 3);
            (await cli.RunAsync("fork", "first", "--at", "2", "--id", "second")).ShouldSucceed();
            await File.WriteAllTextAsync(kept, (await cli.RunAsync("seal", "checkpoint", "--key-file", key)).ShouldSucceed());
            await database.StartAsync("third", 2);
            (await (cli with { Environment = new Dictionary<string, string> { ["LEDGER_SEAL_KEY"] = await File.ReadAllTextAsync(key) } }).RunAsync("seal", "checkpoint")).ShouldSucceed();
            var lines = (await cli.RunAsync("events", "branch:second", "--json")).ShouldSucceed();
            var id = JsonDocument.Parse(lines).RootElement.EnumerateArray().Last().GetProperty("event_id").GetString()!;
            await File.WriteAllTextAsync(proof, (await cli.RunAsync("seal", "prove", id, "--since", kept)).ShouldSucceed());
            await File.WriteAllTextAsync(bundle, (await cli.RunAsync("seal", "prove", "branch:second")).ShouldSucceed());
            await File.WriteAllTextAsync(since, (await cli.RunAsync("seal", "consistency", kept)).ShouldSucceed());

            var story = new Transcript(cli);
            await story.RunAsync("seal", "status");
            await story.RunAsync("seal", "verify", bundle, "--key", publicKey);
            var withheld = Path.Combine(folder.FullName, "withheld.bundle");
            await File.WriteAllTextAsync(withheld, (await File.ReadAllTextAsync(bundle)).Replace("\"data\":", "\"withheld\":", StringComparison.Ordinal));
            await story.RunAsync("seal", "verify", withheld, "--key", publicKey);
            await story.RunAsync("seal", "verify", proof, "--key", publicKey, "--checkpoint", kept);
            await story.RunAsync("seal", "verify", since, "--key", publicKey, "--checkpoint", kept);
            await story.RunAsync("seal", "verify", kept, "--key", publicKey, "--json");
            await story.RunAsync("seal", "verify", kept);
            await story.RunAsync("seal", "audit", "--key", publicKey, "--checkpoint", kept);
            await story.RunAsync("seal", "export", Path.Combine(folder.FullName, "tiles"));
            await using (var dataSource = NpgsqlDataSource.Create(database.ConnectionString))
            await using (var forge = dataSource.CreateCommand("update ledger.mt_events set headers = '{\"actor\": \"someone else\"}' where seq_id = 2"))
            {
                await forge.ExecuteNonQueryAsync();
            }

            await story.RunAsync("seal", "audit", "--key", publicKey);
            await story.RunAsync("seal", "audit", "--json");
            await story.RunAsync("seal", "checkpoint");
            await story.RunAsync("seal", "checkpoint", "--key-file", publicKey);
            await story.RunAsync("seal", "keygen", "two words", "--out", key);
            await story.RunAsync("seal", "verify", key, "--key", key);
            await story.RunAsync("seal", "verify", "nowhere");
            await story.RunAsync("seal", "prove", "00000000-0000-0000-0000-000000000000");
            await story.RunAsync("seal", "cosign", kept, "--key", publicKey);

            Approved.Check("seal", Base64().Replace(Ids().Replace(story.ToString().Replace(folder.FullName, "<folder>", StringComparison.Ordinal), "<id>"), "<base64>"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex("[A-Za-z0-9+/]{40,}={0,2}", RegexOptions.CultureInvariant)]
    private static partial Regex Base64();

    [GeneratedRegex(@"(?<=example\.com/log\+)[0-9a-f]{8}|[0-9a-f]{8}-[0-9a-f]{4}-[1-9][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.CultureInvariant)]
    private static partial Regex Ids();
}
