using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ledger.Explorer.Api;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Postgres.Queries;
using Ledger.Runs;

namespace Ledger.Explorer.Querying;

/// <summary>The first rows of the answer to a question in SQL, as programs get it.</summary>
internal static class QueryPage
{
    /// <summary>The most bytes of rows, after which no further one is added, and of one row.</summary>
    public const int MostBytes = 16 << 20;

    // Each holds a connection, a snapshot and the rows.
    private const int MostAtOnce = 4;

    // One for a database, whichever way it is asked.
    private static readonly ConditionalWeakTable<SqlQueries, UploadRoom> Rooms = new();

    /// <summary>Asks.</summary>
    /// <param name="queries">Answers.</param>
    /// <param name="summaries">The rows of runs, which a question about them needs up to date.</param>
    /// <param name="text">The statement.</param>
    /// <param name="timeout">How long the answer may take, with the reading of new events.</param>
    /// <param name="limit">The most rows.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="SqlQueryException">It is refused, wrong, or took too long.</exception>
    /// <exception cref="TooManyQueriesException">As many are being answered as there is room for.</exception>
    public static async Task<QueryAnswerContract> AskAsync(
        SqlQueries queries, IRunSummaries summaries, string text, TimeSpan timeout, int limit, CancellationToken cancellationToken)
    {
        using var place = Rooms.GetValue(queries, _ => new UploadRoom(MostAtOnce)).Enter(static () => new TooManyQueriesException());
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(timeout);
        try
        {
            if (text.Contains("runs", StringComparison.OrdinalIgnoreCase))
            {
                await summaries.CatchUpAsync(null, time.Token).ConfigureAwait(false);
            }

            var query = new SqlQuery(text) { Timeout = timeout, NeedsReader = true, MaxRowBytes = MostBytes };
            return await AskAsync(queries, query, limit, time.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException fault) when (time.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SqlQueryException("57014", $"The answer took longer than {timeout.TotalSeconds:0.###} s. Ask for less, such as one run or a time, or allow more time.", innerException: fault);
        }
    }

    private static async Task<QueryAnswerContract> AskAsync(SqlQueries queries, SqlQuery query, int limit, CancellationToken cancellationToken)
    {
        var answer = await queries.AskAsync(query, cancellationToken).ConfigureAwait(false);
        await using var _ = answer.ConfigureAwait(false);
        var form = new RowJson(answer.Columns, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        var (rows, bytes, hasMore) = (new List<JsonElement>(), 0L, false);
        await foreach (var row in answer.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            hasMore = rows.Count == limit || bytes > MostBytes;
            if (hasMore)
            {
                break;
            }

            var line = form.LineOf(row);
            bytes += line.Length;
            rows.Add(JsonElement.Parse(line.Span, new JsonDocumentOptions { MaxDepth = 1_024 }));
        }

        return new QueryAnswerContract([.. answer.Columns.Select(column => new QueryColumnContract(column.Name, column.Type))], rows, hasMore);
    }
}
