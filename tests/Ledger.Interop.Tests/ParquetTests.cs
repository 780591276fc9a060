using System.Text.Json;
using Ledger.Log;
using Ledger.Parquet;
using Ledger.Runs;
using Parquet;
using Parquet.Schema;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests;

/// <summary>Parquet files have the rows of the log, read back with the library.</summary>
public sealed class ParquetTests
{
    [Fact]
    public async Task WriteEvents_OfARun_AreTheEvents()
    {
        var (ledger, _) = await Recording.Read(SampleFile.Bytes("claude-code.jsonl")).ImportAsync();
        foreach (var run in new[] { await ledger.OpenAsync("run:r"), await ledger.OpenAsync("branch:r-branch-2") })
        {
            var (file, rows) = await WriteAsync(output => ParquetExport.WriteEventsAsync(run, output));
            var events = await run.ReadAllAsync();

            rows.ShouldBe(events.Count);
            (await file.TextsAsync("id")).ShouldBe(events.Select(e => e.Id.ToString()));
            (await file.TextsAsync("data")).ShouldBe(events.Select(e => e.ToJsonElement().GetRawText()));
            (await file.TextsAsync("type")).ShouldBe(events.Select(e => e.Type));
            (await file.TextsAsync("foreign_id")).ShouldBe(events.Select(e => e.Metadata.ForeignId));
            (await file.ValuesAsync<long>("position")).ShouldBe(Enumerable.Range(0, events.Count).Select(i => (long?)i));
            (await file.ValuesAsync<long>("version")).ShouldBe(events.Select(e => (long?)e.Version.Value));
            (await file.ValuesAsync<DateTime>("timestamp")).ShouldBe(events.Select(e => (DateTime?)Micros(e.Timestamp)));
            (await file.ValuesAsync<DateTime>("occurred_at")).ShouldBe(events.Select(e => e.Metadata.OccurredAt is { } time ? Micros(time) : (DateTime?)null));
        }

        var (all, count) = await WriteAsync(output => ParquetExport.WriteEventsAsync(ledger, output));
        count.ShouldBe((await all.TextsAsync("id")).Distinct().Count());
        (await all.TextsAsync("stream")).Distinct().ShouldBe(["run:r", "branch:r-subagent-1", "branch:r-branch-2"], ignoreOrder: true);
    }

    [Fact]
    public async Task WriteCalls_HaveTheirRequestsTokensAndTimes()
    {
        var (ledger, _) = await Recording.Read(SampleFile.Bytes("claude-code.jsonl")).ImportAsync();
        var run = await ledger.OpenAsync("run:r");
        await run.AppendAsync([new ToolCalled("kettle"), new LlmRequest(Model: "m")]);
        var usage = await run.GetUsageAsync();

        var (file, rows) = await WriteAsync(output => ParquetExport.WriteCallsAsync(run, output));

        var events = await run.ReadAllAsync();
        rows.ShouldBe(events.Count(e => e.Type is "llm.response" or "tool.called"));
        var (kinds, names, statuses) = (await file.TextsAsync("kind"), await file.TextsAsync("name"), await file.TextsAsync("status"));
        kinds.Count(kind => kind == "llm").ShouldBe(events.Count(e => e.Type == "llm.response"));
        (names[^1], statuses[^1]).ShouldBe(("kettle", "open"));
        statuses.Count(status => status == "open").ShouldBe(1);
        kinds.Zip(await file.TextsAsync("request_id")).Where(row => row.First == "tool").ShouldAllBe(row => row.Second != null);
        (await file.ValuesAsync<long>("output_tokens")).Sum().ShouldNotBeNull().ShouldBePositive();
        (await file.ValuesAsync<double>("seconds")).ShouldContain(s => s != null);
        usage.Whole.Calls.ShouldBeGreaterThan(0);
        (await WriteAsync(output => ParquetExport.WriteCallsAsync(ledger, output))).Rows.ShouldBeGreaterThan(rows);
    }

    [Fact]
    public async Task WriteCalls_StatusesAndTimes_AreThoseOfTheViews()
    {
        var run = new AgentLedger(new MemoryEventStore()).GetRun("r");
        await run.CallAsync("tool", JsonElement.Parse("""{"tool":"kettle"}"""), (_, _) => Task.FromResult(new CallResponse(JsonElement.Parse("""{"error":"no"}"""))));
        await Should.ThrowAsync<TimeoutException>(() => run.CallAsync("tool", JsonElement.Parse("""{"tool":"oven"}"""), (_, _) => throw new TimeoutException("too slow")));
        await run.AppendAsync([new ToolCalled("cup")]);
        await run.AppendAsync([new ToolReturned(await LastAsync()) { More = new Dictionary<string, JsonElement> { ["error"] = JsonElement.Parse("\"broken\"") } }]);
        await run.AppendAsync([new ToolCalled("pan")]);
        await run.AppendAsync([new NewEvent(new CallReleased("tool"), new EventMetadata { Causes = [Guid.Parse(await LastAsync())] })]);

        var (calls, _) = await WriteAsync(output => ParquetExport.WriteCallsAsync(run, output));

        (await calls.TextsAsync("name")).Zip(await calls.TextsAsync("status"), await calls.TextsAsync("error"))
            .ShouldBe([("kettle", "answered", null), ("oven", "failed", "TimeoutException: too slow"), ("cup", "failed", "broken"), ("pan", "released", null)]);
        var stated = (await run.ReadAllAsync()).Single(e => e.Type == "tool.returned" && e.Metadata.Headers.ContainsKey("call_ms")).Metadata.Headers["call_ms"].GetDouble();
        (await calls.ValuesAsync<double>("seconds"))[0].ShouldBe(stated / 1000);
        var (events, _) = await WriteAsync(output => ParquetExport.WriteEventsAsync(run, output));
        JsonElement.Parse((await events.TextsAsync("headers"))[1]!).GetProperty("call_ms").GetDouble().ShouldBe(stated);

        // Of an import nothing is known but when it was made.
        var (ledger, _) = await Recording.Read(SampleFile.Bytes("openai-chat.json")).ImportAsync();
        (await (await WriteAsync(output => ParquetExport.WriteCallsAsync(ledger, output))).File.ValuesAsync<double>("seconds")).ShouldAllBe(seconds => seconds == null);

        async Task<string> LastAsync() => (await run.ReadAllAsync())[^1].Id.ToString();
    }

    [Fact]
    public async Task Calls_ThatStayOpen_AreRowsHoweverManyFollow()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        var run = ledger.GetRun("r");
        await run.AppendAsync([new ToolCalled("first")]);
        for (var i = 0; i < 4; i++)
        {
            await run.AppendAsync([new ToolCalled($"{i}")]);
            await run.AppendAsync([new ToolReturned((await run.ReadAllAsync())[^1].Id.ToString(), JsonElement.Parse("1"))]);
        }

        (await RowsAsync()).ShouldBe(["0 answered", "1 answered", "2 answered", "3 answered", "first open"]);

        await run.AppendAsync([new ToolCalled("second"), new ToolCalled("third")]);
        await run.AppendAsync([new ToolReturned((await run.ReadAllAsync())[0].Id.ToString(), JsonElement.Parse("1"))]);

        (await RowsAsync()).ShouldBe(["0 answered", "1 answered", "2 answered", "3 answered", "first open", "- answered", "second open", "third open"]);

        async Task<List<string>> RowsAsync() => await new CallRows(_ => "", mostOpen: 2).ReadAsync(run.ReadAsync(), CancellationToken.None)
            .Select(row => $"{(row.Request?.Data as ToolCalled)?.Tool ?? "-"} {row.Status}").ToListAsync();
    }

    [Fact]
    public async Task WriteWorld_HasObjectsAndRelations()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        var run = ledger.GetRun("r");
        await run.AppendAsync([
            new ObjectCreated("a", "Cup", new System.Text.Json.Nodes.JsonObject { ["size"] = 1 }), new ObjectCreated("b", "Cup"),
            new RelationCreated("ab", "beside", "a", "b"), new ObjectPatched("a", new System.Text.Json.Nodes.JsonObject { ["size"] = 2 })]);

        var (file, rows) = await WriteAsync(output => ParquetExport.WriteWorldAsync(run, output));

        rows.ShouldBe(3);
        (await file.TextsAsync("kind")).ShouldBe(["object", "object", "relation"]);
        (await file.TextsAsync("data")).ShouldBe(["""{"size":2}""", "{}", "{}"]);
        (await file.TextsAsync("target_id")).ShouldBe([null, null, "b"]);
    }

    [Fact]
    public async Task WriteEvents_ManyOrLarge_InGroups()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        var empty = ledger.GetRun("empty");
        await ledger.Store.AppendAsync(empty.StreamName, ExpectedVersion.Any, []);
        var (nothing, none) = await WriteAsync(output => ParquetExport.WriteEventsAsync(empty, output));
        (none, nothing.Groups, nothing.Columns).ShouldBe((0, 0, 18));

        var many = ledger.GetRun("many");
        await many.AppendAsync([.. Enumerable.Range(0, 41_000).Select(i => new ToolCalled($"t{i}"))]);
        var (file, rows) = await WriteAsync(output => ParquetExport.WriteEventsAsync(many, output));
        (rows, file.Groups).ShouldBe((41_000, 3));
        (await file.ValuesAsync<long>("version")).ShouldBe(Enumerable.Range(1, 41_000).Select(i => (long?)i));

        var large = ledger.GetRun("large");
        await large.AppendAsync([.. Enumerable.Range(0, 5).Select(i => new ToolCalled(new string('x', 6_000_000)))]);
        (await WriteAsync(output => ParquetExport.WriteEventsAsync(large, output))).File.Groups.ShouldBe(2);
    }

    private static DateTime Micros(DateTimeOffset time) => new(time.UtcTicks / 10 * 10, DateTimeKind.Utc);

    private static async Task<(ParquetFile File, long Rows)> WriteAsync(Func<Stream, Task<long>> write)
    {
        var memory = new MemoryStream();
        var rows = await write(new OneWayStream(memory));
        return (new ParquetFile(await ParquetReader.CreateAsync(memory)), rows);
    }

    private sealed class ParquetFile(ParquetReader reader)
    {
        public int Groups => reader.RowGroupCount;

        public int Columns => reader.Schema.Fields.Count;

        public async Task<List<string?>> TextsAsync(string column)
        {
            var all = new List<string?>();
            for (var i = 0; i < reader.RowGroupCount; i++)
            {
                using var group = reader.OpenRowGroupReader(i);
                var values = new string?[group.RowCount];
                await group.ReadAsync(FieldOf(column), values);
                all.AddRange(values);
            }

            return all;
        }

        public async Task<List<T?>> ValuesAsync<T>(string column)
            where T : struct
        {
            var all = new List<T?>();
            for (var i = 0; i < reader.RowGroupCount; i++)
            {
                using var group = reader.OpenRowGroupReader(i);
                var values = new T?[group.RowCount];
                await group.ReadAsync(FieldOf(column), (Memory<T?>)values);
                all.AddRange(values);
            }

            return all;
        }

        private DataField FieldOf(string column) => reader.Schema.DataFields.Single(field => field.Name == column);
    }

    /// <summary>As a pipe: it cannot be read or moved.</summary>
    private sealed class OneWayStream(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
