using System.Text.Json;
using Ledger.Chrono;
using Ledger.Explorer.Chrono;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;

namespace Ledger.Explorer.Api;

/// <summary>Stores of records: what they have, what happened, whether the chain holds.</summary>
internal static class ProjectsResource
{
    public static async Task QueryAsync(ExplorerRequest request)
    {
        var store = await ProjectReader.OpenAsync(request).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var records = store.QueryAsync(ProjectReader.QueryOf(request.Query), request.Aborted);
        await JsonAnswer.SendArrayAsync(request.Http, records, Write).ConfigureAwait(false);
    }

    public static async Task ShowAsync(ExplorerRequest request)
    {
        var store = await ProjectReader.OpenAsync(request).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var id = request.Query.Text("id") ?? throw new BadRequestException("The query lacks 'id': which record is wanted?");
        var record = request.Query.Position("at") is { } seq
            ? await store.GetAsync(id, ChronoMoment.AtSeq(seq.Value), request.Aborted).ConfigureAwait(false)
            : await store.GetAsync(id, request.Aborted).ConfigureAwait(false);
        var found = record ?? throw new NotFoundException($"The project '{store.Project}' has no record '{DisplayText.Cut(id, 80)}' there.");
        await JsonAnswer.SendAsync(request.Http, writer => Write(writer, found)).ConfigureAwait(false);
    }

    public static async Task HistoryAsync(ExplorerRequest request)
    {
        var store = await ProjectReader.OpenAsync(request).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var id = request.Query.Text("id") ?? throw new BadRequestException("The query lacks 'id': which record is wanted?");
        await JsonAnswer.SendLinesAsync(
            request.Http, store.HistoryAsync(id, request.Aborted), (writer, step) => writer.WriteRawValue(step.ToLine().TrimEnd('\n')))
            .ConfigureAwait(false);
    }

    public static async Task VerifyAsync(ExplorerRequest request)
    {
        var store = await ProjectReader.OpenAsync(request).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var verdict = await store.VerifyChainAsync(request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("chain_valid", verdict.ChainValid);
            writer.WriteNumber("events", verdict.Events);
            writer.WriteString("last_hash", verdict.LastHash);
            writer.WriteString("reason", verdict.FirstBroken?.Reason);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter writer, ChronoRecord record) => writer.WriteRawValue(record.ToJson());
}
