using System.Text.Json;
using Ledger.Explorer.Chrono;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Explorer.Api;

/// <summary>Record stores: their records now and earlier, their events, and the check of their chains.</summary>
internal static class ProjectsResource
{
    public static async Task ListAsync(ExplorerRequest request)
    {
        var query = new StreamQuery
        {
            Prefix = "chrono:",
            Text = request.Query.Text("text"),
            Skip = request.Query.Number("skip", 0, 0, 10_000_000),
            Limit = request.Query.Number("limit", 100, 1, 1_000),
        };
        var page = await request.Explorer.Search.FindStreamsAsync(query, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("projects");
            foreach (var (stream, _) in page.Streams)
            {
                writer.WriteStartObject();
                writer.WriteString("project", stream.Name.Id);
                writer.WriteNumber("events", stream.Version.Value);
                writer.WriteString("created_at", stream.CreatedAt);
                writer.WriteString("updated_at", stream.UpdatedAt);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteBoolean("has_more", page.HasMore);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary>The head of the chain and the number of active records.</summary>
    public static async Task ShowAsync(ExplorerRequest request)
    {
        var store = await OpenAsync(request).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var head = await store.GetHeadAsync(request.Aborted).ConfigureAwait(false);
        var count = await store.RecordCountAsync(request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("project", store.Project);
            writer.WriteNumber("seq", head.Seq);
            writer.WriteString("hash", head.Hash);
            writer.WriteNumber("active_records", count);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    public static async Task QueryAsync(ExplorerRequest request)
    {
        var store = await OpenAsync(request).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var query = ProjectReader.QueryOf(request.Query);
        var records = ProjectReader.MomentOf(request.Query) is { } moment
            ? (await store.GetStateAsync(moment, request.Aborted).ConfigureAwait(false)).Query(query).ToAsyncEnumerable()
            : store.QueryAsync(query, request.Aborted);
        await (request.Http.WantsLines()
            ? JsonAnswer.SendLinesAsync(request.Http, records, Write)
            : JsonAnswer.SendArrayAsync(request.Http, records, Write)).ConfigureAwait(false);
    }

    public static async Task ShowRecordAsync(ExplorerRequest request)
    {
        var store = await OpenAsync(request).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var id = ProjectReader.RecordOf(request.Query);
        var record = ProjectReader.MomentOf(request.Query) is { } moment
            ? await store.GetAsync(id, moment, request.Aborted).ConfigureAwait(false)
            : await store.GetAsync(id, request.Aborted).ConfigureAwait(false);
        var found = record ?? throw new NotFoundException($"The project '{store.Project}' has no record '{DisplayText.Cut(id, 80)}' at that point.");
        await JsonAnswer.SendAsync(request.Http, writer => Write(writer, found)).ConfigureAwait(false);
    }

    public static async Task HistoryAsync(ExplorerRequest request)
    {
        var store = await OpenAsync(request).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var steps = store.HistoryAsync(ProjectReader.RecordOf(request.Query), request.Aborted);
        await JsonAnswer.SendLinesAsync(request.Http, steps, Write).ConfigureAwait(false);
    }

    /// <summary>The events of the chain.</summary>
    public static async Task ReplayAsync(ExplorerRequest request)
    {
        var store = await OpenAsync(request).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var steps = store.ReplayAsync(request.Query.Position("from_seq")?.Value ?? 0, request.Aborted);
        await JsonAnswer.SendLinesAsync(request.Http, steps, Write).ConfigureAwait(false);
    }

    public static async Task VerifyAsync(ExplorerRequest request)
    {
        var verification = new ChronoVerification
        {
            Deep = request.Query.Choice("depth", "chain", "chain", "rows") == "rows",
            Expected = ExpectedOf(request.Query),
        };
        var store = await OpenAsync(request).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var verdict = await store.VerifyChainAsync(verification, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer => Write(writer, verdict)).ConfigureAwait(false);
    }

    private static Task<ChronoStore> OpenAsync(ExplorerRequest request) =>
        ProjectReader.OpenAsync(request, PathText.Of(request.Http, "project"));

    private static ChainHead? ExpectedOf(Query query) => query.Text("expect") is not { } text
        ? null
        : ChainHead.TryParse(text, out var head)
            ? head
            : throw new BadRequestException("'expect' must be a seq, a colon and 64 lower-case hexadecimal digits.");

    private static void Write(Utf8JsonWriter writer, ChronoRecord record) => writer.WriteRawValue(record.ToJson());

    private static void Write(Utf8JsonWriter writer, WalEvent step) => writer.WriteRawValue(step.ToLine().TrimEnd('\n'));

    private static void Write(Utf8JsonWriter writer, ChainVerdict verdict)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("chain_valid", verdict.ChainValid);
        writer.WriteNumber("events", verdict.Events);
        writer.WriteString("last_hash", verdict.LastHash);
        if (verdict.FirstBroken is { } broken)
        {
            writer.WriteStartObject("first_broken");
            if (broken.Seq is { } seq)
            {
                writer.WriteNumber("seq", seq);
            }

            writer.WriteString("reason", broken.Reason);
            writer.WriteEndObject();
        }

        writer.WriteStartArray("warnings");
        foreach (var warning in verdict.Warnings)
        {
            writer.WriteStartObject();
            writer.WriteString("code", warning.Code);
            writer.WriteString("text", warning.Text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
