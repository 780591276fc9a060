using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Chrono;

/// <summary>Conversations about the record store of a project.</summary>
public sealed class ChronoCommandTests(CliDatabase database) : IClassFixture<CliDatabase>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-chrono-");
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 5, 0, 0, 2, TimeSpan.Zero));

    private static string Vectors => Path.Combine(AppContext.BaseDirectory, "Vectors", "chronomemory");

    private Cli Cli => database.Cli with { TimeProvider = _clock };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Text_FromFirstRecordToBackup_IsAsApproved()
    {
        var story = new Transcript(Cli with { Input = """
            {"id": "R-3", "kind": "risk", "label": "It boils over", "confidence": 1}

            {"id": "R-4", "status": "hypothesis", "label": "Salt helps", "confidence": 0.30, "data": {"b": 1.0, "a": 1e-07}}
            """ });
        await story.RunAsync("chrono", "upsert", "story", "R-1", "--label", "Water boils at 100 °C", "--confidence", "0.9", "--evidence", "kettle", "--evidence", "book");
        await story.RunAsync("chrono", "upsert", "story", "R-2", "--kind", "requirement", "--label", "Be quick", "--depth", "2", "--data", """{"n": 1}""", "--json");
        await story.RunAsync("chrono", "upsert", "story", "--file", "-");
        await story.RunAsync("chrono", "upsert", "story", "--record", """{"id": "R-2", "confidence": 7}""");
        await story.RunAsync("chrono", "upsert", "story", "--record", """{"id": "R-2", "confidence": "7"}""");
        await story.RunAsync("chrono", "upsert", "story", "--record", "{");
        await story.RunAsync("chrono", "upsert", "story");
        await story.RunAsync("chrono", "upsert", "story", "--file", "-", "--kind", "fact");
        await story.RunAsync("chrono", "delete", "story", "R-3");
        await story.RunAsync("chrono", "delete", "story", "unknown", "--json");
        await story.RunAsync("chrono", "get", "story", "R-1");
        await story.RunAsync("chrono", "get", "story", "R-4", "--json");
        await story.RunAsync("chrono", "get", "story", "R-3", "--at-seq", "3", "--json");
        await story.RunAsync("chrono", "get", "story", "R-3", "--at-time", "2026-01-04");
        await story.RunAsync("chrono", "get", "story", "R-3", "--at-time", "then");
        await story.RunAsync("chrono", "get", "story", "R-9");
        await story.RunAsync("chrono", "query", "story");
        await story.RunAsync("chrono", "query", "story", "--status", "");
        await story.RunAsync("chrono", "query", "story", "--kind", "requirement", "--rag", "--min-confidence", "0.5", "--json");
        await story.RunAsync("chrono", "query", "story", "--kind", "none", "--json");
        await story.RunAsync("chrono", "query", "story", "--min-confidence", "much");
        await story.RunAsync("chrono", "query", "story", "--at-seq", "1");
        await story.RunAsync("chrono", "count", "story");
        await story.RunAsync("chrono", "count", "story", "--json");
        await story.RunAsync("chrono", "history", "story", "R-3");
        await story.RunAsync("chrono", "replay", "story");
        await story.RunAsync("chrono", "replay", "story", "--from-seq", "6", "--json");
        await story.RunAsync("chrono", "head", "story");
        await story.RunAsync("chrono", "head", "story", "--json");
        await story.RunAsync("chrono", "verify", "story", "--deep");
        await story.RunAsync("chrono", "verify", "story", "--json");
        await story.RunAsync("chrono", "verify", "story", "--folder", ".");
        await story.RunAsync("chrono", "verify", "story", "--expect", $"6:{new string('0', 64)}");
        await story.RunAsync("chrono", "backup", "story", Path.Combine(_folder.FullName, "backup"));
        await story.RunAsync("chrono", "backup", "story", Path.Combine(_folder.FullName, "backup"));
        await story.RunAsync("chrono", "restore", "again", Path.Combine(_folder.FullName, "backup"));
        await story.RunAsync("chrono", "restore", "again", _folder.FullName);
        await story.RunAsync("chrono", "compact", "story");
        await story.RunAsync("chrono", "compact", "story", "--delete-history", "--json");
        await story.RunAsync("chrono", "replay", "story");
        await story.RunAsync("chrono", "get", "story", "R-3", "--at-seq", "3");
        await story.RunAsync("chrono", "rebuild", "story");
        await story.RunAsync("chrono", "export", "story", _folder.FullName, "--json");
        await story.RunAsync("chrono", "verify", "--folder", _folder.FullName);
        await story.RunAsync("chrono", "import", "story", Path.Combine(Vectors, "01-one-record"));
        await story.RunAsync("chrono", "import", "damaged", Path.Combine(Vectors, "14-garbage-line"));
        await story.RunAsync("chrono", "import", "damaged", Path.Combine(Vectors, "14-garbage-line"), "--damaged", "keep");
        await story.RunAsync("chrono", "import", "compacted", Path.Combine(Vectors, "05-compacted"), "--json");
        await story.RunAsync("chrono", "import", "none", Path.Combine(_folder.FullName, "none"));
        await story.RunAsync("chrono", "migrate", "migrated", Path.Combine(Vectors, "23-migrated", "input"));
        await story.RunAsync("chrono", "migrate", "migrated", Path.Combine(Vectors, "23-migrated", "input"), "--json");

        Approved.Check("chrono", story.ToString()
            .Replace(_folder.FullName, "folder", StringComparison.Ordinal).Replace(Vectors, "vectors", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upsert_SameEventId_IsWrittenOnce()
    {
        string[] call = ["chrono", "upsert", "once", "A", "--event-id", Guid.NewGuid().ToString()];
        (await Cli.JsonAsync(call)).GetProperty("seq").GetInt64().ShouldBe(1);
        (await Cli.JsonAsync(call)).GetProperty("seq").GetInt64().ShouldBe(1);
        (await Cli.JsonAsync("chrono", "head", "once")).GetProperty("seq").GetInt64().ShouldBe(1);
    }
}
