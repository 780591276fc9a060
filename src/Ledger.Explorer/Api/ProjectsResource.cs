using Ledger.Explorer.Chrono;
using Ledger.Explorer.Contracts;
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
            Skip = Paging.SkipOf(request.Query),
            Limit = request.Query.Number("limit", 100, 1, 1_000),
        };
        var page = await request.Explorer.Search.FindStreamsAsync(query, request.Aborted).ConfigureAwait(false);
        var answer = new ProjectPageContract([.. page.Streams.Select(found => ProjectContract.Of(found.Stream))], page.HasMore, Paging.NextOf(query, page.HasMore));
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.ProjectPageContract).ConfigureAwait(false);
    }

    /// <summary>The head of the chain and the number of active records.</summary>
    public static async Task ShowAsync(ExplorerRequest request)
    {
        var store = await OpenAsync(request).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var head = await store.GetHeadAsync(request.Aborted).ConfigureAwait(false);
        var count = await store.RecordCountAsync(request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, ProjectContract.Of(store.Project, head, count), ContractContext.Default.ProjectContract).ConfigureAwait(false);
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
            ? JsonAnswer.SendRawLinesAsync(request.Http, records.Select(TextOf))
            : JsonAnswer.SendRawArrayAsync(request.Http, records.Select(TextOf))).ConfigureAwait(false);
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
        await JsonAnswer.SendRawAsync(request.Http, TextOf(found)).ConfigureAwait(false);
    }

    public static async Task HistoryAsync(ExplorerRequest request)
    {
        var store = await OpenAsync(request).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var steps = store.HistoryAsync(ProjectReader.RecordOf(request.Query), request.Aborted);
        await JsonAnswer.SendRawLinesAsync(request.Http, steps.Select(TextOf)).ConfigureAwait(false);
    }

    /// <summary>The events of the chain.</summary>
    public static async Task ReplayAsync(ExplorerRequest request)
    {
        var store = await OpenAsync(request).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var steps = store.ReplayAsync(request.Query.Position("from_seq")?.Value ?? 0, request.Aborted);
        await JsonAnswer.SendRawLinesAsync(request.Http, steps.Select(TextOf)).ConfigureAwait(false);
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
        await JsonAnswer.SendAsync(request.Http, VerdictContract.Of(verdict, verification.Deep), ContractContext.Default.VerdictContract).ConfigureAwait(false);
    }

    private static Task<ChronoStore> OpenAsync(ExplorerRequest request) =>
        ProjectReader.OpenAsync(request, PathText.Of(request.Http, "project"));

    private static ChainHead? ExpectedOf(Query query) => query.Text("expect") is not { } text
        ? null
        : ChainHead.TryParse(text, out var head)
            ? head
            : throw new BadRequestException("'expect' must be a seq, a colon and 64 lower-case hexadecimal digits.");

    // As they are hashed.
    private static string TextOf(ChronoRecord record) => record.ToJson();

    private static string TextOf(WalEvent step) => step.ToLine().TrimEnd('\n');
}
