using System.CommandLine;
using System.Text;
using Ledger.Cli.Files;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Querying;
using Ledger.Postgres.Queries;

namespace Ledger.Cli.Queries;

/// <summary><c>ledger query</c></summary>
internal sealed class QueryCommand : LedgerCommand
{
    private readonly Argument<string?> _text = new("SQL") { Description = "One statement that asks: select, with, values, table or explain.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _file = new("--file") { Description = "Read the statement from a file, or from standard input (-).", HelpName = "FILE" };
    private readonly Option<string?> _timeout = new("--timeout") { Description = "How long the answer may take, such as 500ms, 30s or 5m. Default: 30s.", HelpName = "TIME" };
    private readonly Option<long?> _limit = new("--limit") { Description = "The most rows to print. Default: all.", HelpName = "N" };
    private readonly Option<string?> _role = new("--role") { Description = "The role to ask as. Default: the role of readers, ledger_reader, where there is one.", HelpName = "ROLE" };
    private readonly Option<bool> _createIndexes = new("--create-indexes") { Description = "Create the indexes of events by type, time, tool and call instead. Appends then write to them." };
    private readonly Option<bool> _dropIndexes = new("--drop-indexes") { Description = "Drop these indexes instead." };

    public QueryCommand()
        : base("query", "Asks the log in SQL, read-only: the views events, llm_calls, tool_calls and runs, and functions such as history.")
    {
        Add(_text);
        foreach (var option in new Option[] { _file, _timeout, _limit, _role, _createIndexes, _dropIndexes })
        {
            Add(option);
        }

        Examples =
        [
            "ledger query \"select run, status, cost_usd from ledger.runs order by cost_usd desc nulls last\" --limit 10",
            "ledger query \"select tool, count(*), avg(duration) from ledger.tool_calls group by tool\" --output csv",
            "ledger query \"select at, type, data from ledger.history('branch:second')\" --output ndjson",
            "ledger query --file costs.sql --timeout 5m --json",
        ];
    }

    public override bool ListsRows => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var (limit, time) = (session.Get(_limit) ?? long.MaxValue, TimeText.Parse("--timeout", session.Get(_timeout) ?? "30s"));
        if (limit < 1)
        {
            throw new UsageException("--limit must be 1 or more.");
        }

        if (session.Get(_createIndexes) || session.Get(_dropIndexes))
        {
            await IndexAsync(session, cancellationToken);
            return;
        }

        var text = await TextAsync(session, cancellationToken);
        await using var connection = await session.ConnectAsync(cancellationToken);
        if (text.Contains("runs", StringComparison.OrdinalIgnoreCase))
        {
            await session.Progress.RunAsync("Reading new events", () => connection.Ledger.Summaries.CatchUpAsync(null, cancellationToken));
        }

        var query = new SqlQuery(text) { Timeout = time, Role = session.Get(_role) };
        await using var answer = await session.Progress.RunAsync("Asking", () => connection.Queries.AskAsync(query, cancellationToken));
        var rows = new LimitedRows(answer.ReadAsync(cancellationToken), limit);
        await PrintAsync(session.Out, session.Format, answer.Columns, rows, cancellationToken);
        if (rows.HasMore)
        {
            await session.Out.FlushAsync();
            await session.Io.Error.WriteLineAsync($"ledger: There are more rows than {Printable.Number(limit)}. Raise --limit, or leave it out, to print them.");
        }
    }

    private static Task PrintAsync(Printer output, OutputFormat format, IReadOnlyList<SqlColumn> columns, LimitedRows rows, CancellationToken cancellationToken) => format switch
    {
        OutputFormat.Csv => CsvText.PrintAsync(output, columns, rows.ReadAsync(), cancellationToken),
        OutputFormat.Json => output.JsonLinesAsync(new RowJson(columns, ReadableJsonEncoder.Instance).ArrayOf(rows.ReadAsync())),
        OutputFormat.Ndjson => output.JsonLinesAsync(new RowJson(columns, ReadableJsonEncoder.Instance).LinesOf(rows.ReadAsync())),
        _ => new TableText(output, columns).PrintAsync(rows.ReadAsync(), cancellationToken),
    };

    private async Task IndexAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Get(_createIndexes) == session.Get(_dropIndexes) || session.Get(_text) is not null || session.Get(_file) is not null)
        {
            throw new UsageException("--create-indexes and --drop-indexes stand alone, without a statement.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var drops = session.Get(_dropIndexes);
        await session.Progress.RunAsync(
            "Indexing the events", () => drops ? connection.Store.UnindexEventsAsync(cancellationToken) : connection.Store.IndexEventsAsync(cancellationToken));
        if (session.Json)
        {
            session.Out.Json(new WorldIndexContract(!drops), ContractContext.Default.WorldIndexContract);
        }
        else
        {
            session.Out.Line(drops ? "The events are not indexed by type, time, tool and call." : "The events are indexed by type, time, tool and call.");
        }
    }

    private async Task<string> TextAsync(Session session, CancellationToken cancellationToken)
    {
        switch (session.Get(_text), session.Get(_file))
        {
            case ({ } text, null):
                return text;
            case (null, "-"):
                return Decoded(await WholeFile.ReadAsync(session.Io.Input, "standard input", cancellationToken), "standard input");
            case (null, { } path):
                await using (var stream = File.OpenRead(path))
                {
                    return Decoded(await WholeFile.ReadAsync(stream, $"'{path}'", cancellationToken), $"'{path}'");
                }

            default:
                throw new UsageException("Give a statement, or a file with one by --file. 'ledger query --help' shows how to use it.");
        }
    }

    private static string Decoded(ReadOnlyMemory<byte> bytes, string name)
    {
        var text = bytes.Span.StartsWith("\ufeff"u8) ? bytes.Span[3..] : bytes.Span;
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(text);
        }
        catch (DecoderFallbackException)
        {
            throw new RefusalException($"{char.ToUpperInvariant(name[0])}{name[1..]} is not UTF-8. Nothing was asked.", FailureCodes.InvalidInput);
        }
    }
}
