using System.Text.Encodings.Web;
using System.Text.Json;
using Ledger.Explorer.Contracts;
using Ledger.Postgres.Queries;
using Ledger.Runs;

namespace Ledger.Explorer.Querying;

/// <summary>The first rows of the answer to a question in SQL, as programs get it.</summary>
internal static class QueryPage
{
    /// <summary>The most bytes of rows, after which no further one is added.</summary>
    public const int MostBytes = 16 << 20;

    /// <summary>Asks.</summary>
    /// <param name="queries">Answers.</param>
    /// <param name="summaries">The rows of runs, which a question about them needs up to date.</param>
    /// <param name="query">The question.</param>
    /// <param name="limit">The most rows.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="SqlQueryException">It is refused, wrong, or took too long.</exception>
    public static async Task<QueryAnswerContract> AskAsync(
        SqlQueries queries, IRunSummaries summaries, SqlQuery query, int limit, CancellationToken cancellationToken)
    {
        if (query.Text.Contains("runs", StringComparison.OrdinalIgnoreCase))
        {
            await summaries.CatchUpAsync(null, cancellationToken).ConfigureAwait(false);
        }

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
