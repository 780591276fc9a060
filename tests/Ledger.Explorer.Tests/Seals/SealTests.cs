using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Seal;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Seals;

/// <summary>The sealed log over HTTP, as monitors and witnesses read it.</summary>
public sealed class SealTests
{
    [Fact]
    public async Task Seal_CheckpointAndTiles_AreServedWithTheHeadersOfTheSpecification()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync("ledger", async (connectionString, token) =>
        {
            await using var migrating = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
            await new LedgerMigrator(migrating).ApplyAsync(token);
        });
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await using var store = new PostgresEventStore(dataSource);
        var seal = new LogSeal(dataSource);
        await using var host = await ExplorerHost.StartAsync(store, prepare: builder => builder.Services.AddSingleton(seal));
        using var client = host.CreateClient();
        (await client.GetAsync("/ledger/seal/checkpoint")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [.. Enumerable.Range(0, 300).Select(i => i switch
        {
            20 => new NewEvent(new LlmResponse("a secret", "small", 0)),
            21 => new NewEvent(new KitLoaded("21"), new EventMetadata { Headers = new Dictionary<string, JsonElement> { ["ip"] = JsonElement.Parse("\"10.0.0.7\"") } }),
            _ => new NewEvent(new KitLoaded($"{i}")),
        })]);
        await seal.SealAsync();
        var key = SealKey.Generate("example.com/log");
        var note = await seal.CheckpointAsync([key]);

        var checkpoint = await client.GetAsync("/ledger/seal/checkpoint");
        (await checkpoint.Content.ReadAsStringAsync()).ShouldBe(note.ToString());
        checkpoint.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; charset=utf-8");
        foreach (var path in new[] { "0/000", "0/001.p/44", "1/000.p/1", "entries/000", "entries/001.p/44" })
        {
            var tile = await client.GetAsync($"/ledger/seal/tile/{path}");
            (await tile.Content.ReadAsByteArrayAsync()).ShouldBe(await seal.FindTileAsync(path));
            tile.Content.Headers.ContentType!.ToString().ShouldBe("application/octet-stream");
            var isOfEntries = path.StartsWith("entries/", StringComparison.Ordinal);
            (tile.Headers.CacheControl!.Public, tile.Headers.CacheControl.Private).ShouldBe((!isOfEntries, isOfEntries), path);
            tile.Headers.CacheControl.MaxAge.ShouldBe(TimeSpan.FromDays(365));
        }

        // Entries are compressed for those who ask, and hashes are not, because they do not compress.
        foreach (var (path, encoding) in new[] { ("entries/000", "gzip"), ("0/000", null) })
        {
            using var asking = new HttpRequestMessage(HttpMethod.Get, $"/ledger/seal/tile/{path}") { Headers = { { "Accept-Encoding", "gzip, identity" } } };
            var answer = await client.SendAsync(asking);
            answer.Content.Headers.ContentEncoding.SingleOrDefault().ShouldBe(encoding, path);
            await using var body = encoding is null ? await answer.Content.ReadAsStreamAsync() : new GZipStream(await answer.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
            using var whole = new MemoryStream();
            await body.CopyToAsync(whole);
            whole.ToArray().ShouldBe(await seal.FindTileAsync(path), path);
        }

        // What no checkpoint has, and what is no name of a tile: one that comes later is not kept from those who ask again.
        foreach (var path in new[]
        {
            "0/001", "0/001.p/45", "0/000.p/0", "0/000.p/256", "0/000.p/044", "0/001.p/", "0/0", "0/x000/000", "0/000/", "00/000", "-1/000", "64/000", "63/000", "2/000.p/1", "1/000",
            "entries/001", "entries/001.p/45", "entries/0", "data/000", "0", "checkpoint",
        })
        {
            var none = await client.GetAsync($"/ledger/seal/tile/{path}");
            (none.StatusCode, none.Headers.CacheControl?.NoCache).ShouldBe((HttpStatusCode.NotFound, true), path);
        }

        (await client.GetAsync("/ledger/seal/checkpoint")).Headers.CacheControl!.NoCache.ShouldBeTrue();
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/ledger/seal/tile/0/000.p/7"));
        (head.StatusCode, head.Content.Headers.ContentLength).ShouldBe((HttpStatusCode.OK, 7 * 32));

        // The page of a run and that of a branch say how far they are sealed, and offer the proofs.
        await store.ForkAsync(new BranchFork(StreamName.Run("a"), "b") { At = new Position(7) });
        await seal.SealAsync();
        await seal.CheckpointAsync([key]);
        await store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("later")]);
        foreach (var (stream, state, events) in new[] { ("run:a", "300 of 301 own events", 300L), ("branch:b", "all own events", 8L) })
        {
            var page = await client.GetStringAsync($"/ledger/run?stream={stream}");
            page.ShouldContain(state);
            var link = $"/ledger/seal/bundle/{Uri.EscapeDataString(stream)}";
            page.ShouldContain($"href=\"{link}\" download=");
            var verdict = await SealFile.VerifyAsync(await client.GetStreamAsync(link), [NoteKey.Parse(key.VerifierKey)]);
            (verdict.IsValid, verdict.Stream, verdict.Events).ShouldBe((true, stream, events));
        }

        (await client.GetAsync("/ledger/seal/bundle/run:none")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        // An event that is not as it was sealed is marked where it is shown: changed, inserted, or in the prefix of a branch.
        (await client.GetStringAsync("/ledger/run?stream=run:a&limit=400")).ShouldNotContain("class=\"failed\"");
        var ids = (await host.Ledger.GetRun("a").ReadAllAsync()).Select(recorded => recorded.Id).ToList();
        await new EventMasking(store).MaskAsync(MaskRequest.OfEvents([ids[20]], "asked"));
        await new EventMasking(store).MaskAsync(MaskRequest.OfEvents([ids[21]], "asked") with { Paths = ["$headers.ip"] });
        await using (var forging = dataSource.CreateCommand(
            "update ledger.mt_events set data = '{\"kit\": \"forged\"}' where stream_id = 'run:a' and version = 5; delete from ledger.seal_leaf where leaf = 9"))
        {
            await forging.ExecuteNonQueryAsync();
        }

        foreach (var (path, rows) in new[] { ("run:a&limit=400", "p4 p9"), ("run:a&from=5&limit=4", ""), ("run:a&text=forged", "p4"), ("branch:b", "p4") })
        {
            var page = await client.GetStringAsync($"/ledger/run?stream={path}");
            string.Join(' ', Regex.Matches(page, "<tr id=\"(p\\d+)\"[^>]* class=\"failed\"").Select(row => row.Groups[1].Value)).ShouldBe(rows, path);
            page.Contains("not as sealed", StringComparison.Ordinal).ShouldBe(rows.Length > 0, path);
        }

        foreach (var (position, text) in new[] { (0, "<dd>✓ as it is</dd>"), (4, "This event is not as sealed"), (9, "This event is not as sealed"), (20, "<dd>✓ but for its payload, which is no longer proved"), (21, "<dd>✓ but for its headers, which are no longer proved"), (21, "<dt>Headers</dt>"), (300, "<dd>not yet</dd>") })
        {
            WebUtility.HtmlDecode(await client.GetStringAsync($"/ledger/event?stream=run:a&position={position}")).ShouldContain(text);
        }

        // A role that may not read the salts, as that of a reader or writer, sees the pages without the marks.
        var role = $"reader_{Guid.NewGuid():n}";
        await using (var granting = dataSource.CreateCommand(
            $"create role {role}; grant usage on schema ledger to {role}; grant select on all tables in schema ledger to {role}; revoke select on ledger.seal_leaf from {role}; grant select (leaf, seq) on ledger.seal_leaf to {role}"))
        {
            await granting.ExecuteNonQueryAsync();
        }

        await using var reading = NpgsqlDataSource.Create($"{database.ConnectionString};Options=-c role={role}");
        await using (var asReader = await ExplorerHost.StartAsync(store, prepare: builder => builder.Services.AddSingleton(new LogSeal(reading))))
        {
            using var reader = asReader.CreateClient();
            (await reader.GetStringAsync("/ledger/run?stream=run:a&limit=400")).ShouldSatisfyAllConditions(
                page => page.ShouldContain("300 of 301 own events"), page => page.ShouldNotContain("/seal/bundle/"));
            (await reader.GetAsync("/ledger/seal/bundle/run:a")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await reader.GetAsync("/ledger/seal/tile/entries/000")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await reader.GetAsync("/ledger/seal/tile/0/000")).StatusCode.ShouldBe(HttpStatusCode.OK);
            asReader.Errors.ShouldBeEmpty();
            (await reader.GetStringAsync("/ledger/event?stream=run:a&position=4")).ShouldNotContain("as sealed");

            // It is asked first whether the role may, so that the server logs no refusal.
            (await Should.ThrowAsync<UnauthorizedAccessException>(() => new LogSeal(reading).CheckAsync(ids))).Message.ShouldStartWith($"The role '{role}' may not read the salts of the seal");
        }

        // A tile that was changed is said, and marks no event.
        await using (var forging = dataSource.CreateCommand("update ledger.seal_tile set hashes = set_byte(hashes, 32 * 30, 255 - get_byte(hashes, 32 * 30)) where level = 0 and tile = 0"))
        {
            await forging.ExecuteNonQueryAsync();
        }

        var damaged = await client.GetStringAsync("/ledger/run?stream=run:a&from=20&limit=40");
        damaged.ShouldContain("<code>tile/0/000</code> is not as it was");
        damaged.ShouldNotContain("class=\"failed\"");

        // A checkpoint that is none any more is said, and hides no run.
        await using (var forging = dataSource.CreateCommand("update ledger.seal_checkpoint set note = 'forged'"))
        {
            await forging.ExecuteNonQueryAsync();
        }

        foreach (var path in new[] { "run?stream=run:a", "event?stream=run:a&position=0" })
        {
            (await client.GetStringAsync($"/ledger/{path}")).ShouldContain("The seal is damaged", customMessage: path);
        }

        host.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Seal_ApplicationHasNone_IsNotFound()
    {
        await using var host = await ExplorerHost.InMemoryAsync();
        using var client = host.CreateClient();

        (await client.GetAsync("/ledger/seal/checkpoint")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync("/ledger/seal/tile/0/000")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
