using System.Globalization;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Records;

namespace Ledger.Explorer.Chrono;

/// <summary>Reads record stores.</summary>
internal static class ProjectReader
{
    private const long MostVerifiedUnasked = 5_000;
    private const int ProjectsPerPage = 100;

    public static async Task<Page> ListAsync(ExplorerRequest request)
    {
        var query = new StreamQuery
        {
            Prefix = "chrono:",
            Limit = ProjectsPerPage,
            Text = request.Query.Text("text"),
            Skip = request.Query.Number("skip", 0, 0, 10_000_000),
        };
        var page = await request.Explorer.Search.FindStreamsAsync(query, request.Aborted).ConfigureAwait(false);
        return Page.Of<ProjectListPage>(new ProjectListModel(query, page));
    }

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var store = await OpenAsync(request, ProjectOf(request.Query)).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var head = await store.GetHeadAsync(request.Aborted).ConfigureAwait(false);
        var skip = request.Query.Number("skip", 0, 0, 100_000_000);
        var query = QueryOf(request.Query);
        var asked = request.Query.Choice("verify", "auto", "auto", "all") == "all";
        var shown = await store.QueryAsync(query, request.Aborted)
            .Skip(skip).Take(ProjectModel.PerPage + 1).ToListAsync(request.Aborted).ConfigureAwait(false);
        var (verdict, rowsCompared) = asked || head.Seq <= MostVerifiedUnasked
            ? await VerifyAsync(store, request.Aborted).ConfigureAwait(false)
            : (null, false);
        return Page.Of<ProjectPage>(new ProjectModel
        {
            Project = store.Project,
            Head = head,
            Records = await store.RecordCountAsync(request.Aborted).ConfigureAwait(false),
            Verdict = verdict,
            RowsCompared = rowsCompared,
            Query = query,
            Skip = skip,
            Shown = [.. shown.Take(ProjectModel.PerPage)],
            HasMore = shown.Count > ProjectModel.PerPage,
        });
    }

    // Differences are checked again under the store's lock, which a read-only role or server cannot take.
    private static async Task<(ChainVerdict? Verdict, bool RowsCompared)> VerifyAsync(ChronoStore store, CancellationToken cancellationToken)
    {
        try
        {
            return (await store.VerifyChainAsync(new ChronoVerification { Deep = true }, cancellationToken).ConfigureAwait(false), true);
        }
        catch (Exception fault) when (PostgresFaults.Describe(fault) is not null)
        {
            return (await store.VerifyChainAsync(cancellationToken).ConfigureAwait(false), false);
        }
    }

    public static async Task<Page> ReadRecordAsync(ExplorerRequest request)
    {
        var store = await OpenAsync(request, ProjectOf(request.Query)).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var id = RecordOf(request.Query);
        var at = request.Query.Position("at")?.Value;
        var record = at is { } seq
            ? await store.GetAsync(id, ChronoMoment.AtSeq(seq), request.Aborted).ConfigureAwait(false)
            : await store.GetAsync(id, request.Aborted).ConfigureAwait(false);
        var history = await store.HistoryAsync(id, request.Aborted).ToListAsync(request.Aborted).ConfigureAwait(false);
        var head = await store.GetHeadAsync(request.Aborted).ConfigureAwait(false);
        var (verdict, rowsCompared) = head.Seq <= MostVerifiedUnasked ? await VerifyAsync(store, request.Aborted).ConfigureAwait(false) : (null, false);
        return record is null && history.Count == 0
            ? throw new NotFoundException($"The project '{store.Project}' never had a record '{DisplayText.Cut(id, 80)}'.")
            : Page.Of<RecordPage>(new RecordModel(store.Project, id, at, record, history, verdict, rowsCompared));
    }

    /// <summary>Parses a query; pages and the API use the same parameters.</summary>
    public static ChronoQuery QueryOf(Query query) => new()
    {
        Kind = query.Text("record_kind"),
        Status = query.Text("status") switch
        {
            null => "active",
            "*" => "",
            var status => status,
        },
        RagFilter = query.Choice("for", "any", "any", "prompt") == "prompt",
        MinConfidence = ConfidenceOf(query),
    };

    /// <summary>The moment to read records at: after an event of the chain, or at a time; null for now.</summary>
    public static ChronoMoment? MomentOf(Query query) => (query.Position("at"), query.Time("time")) switch
    {
        ({ } seq, null) => ChronoMoment.AtSeq(seq.Value),
        (null, { } time) => ChronoMoment.AtTime(time),
        (null, null) => null,
        _ => throw new BadRequestException("'at' and 'time' both name a moment; give one."),
    };

    /// <summary>The record that a query names.</summary>
    public static string RecordOf(Query query) =>
        query.Text("id") ?? throw new BadRequestException("The query lacks 'id', the id of a record.");

    /// <summary>Opens an existing store.</summary>
    public static async Task<ChronoStore> OpenAsync(ExplorerRequest request, string project)
    {
        var stream = Query.StreamNameOf($"chrono:{project}");
        await request.DescribeAsync(stream).ConfigureAwait(false);
        return new ChronoStore(request.Explorer.Ledger.Store, stream.Id);
    }

    private static string ProjectOf(Query query) => query.Text("project") ?? throw new BadRequestException(
        "The query lacks 'project', the name of a record store.");

    private static double ConfidenceOf(Query query) => query.Text("min_confidence") is not { } text
        ? 0
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1
            ? value
            : throw new BadRequestException($"'min_confidence' must be a number from 0 to 1, but was '{DisplayText.Cut(text, 60)}'.");
}
