namespace Ledger.Postgres.Queries;

/// <summary>The one statement of a question, as far as it is known before the server sees it.</summary>
/// <param name="Text">The statement, without a semicolon after it.</param>
/// <param name="IsPlan">Whether it asks for a plan, which no cursor can.</param>
/// <param name="Calls">The names that may be used as functions, with the place of the first use.</param>
internal sealed record SqlStatement(string Text, bool IsPlan, IReadOnlyDictionary<string, int> Calls)
{
    private static readonly string[] Questions = ["select", "with", "values", "table"];

    /// <summary>Reads a question.</summary>
    /// <exception cref="SqlQueryException">It is empty, has several statements, or is not a question.</exception>
    public static SqlStatement Of(string text)
    {
        if (text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var nul)
        {
            throw SqlPlace.Refusal("22021", "The text has a NUL character.", text, nul);
        }

        var tokens = SqlLexer.Read(text);
        while (tokens is [.., var last] && last.IsSign(';'))
        {
            text = text[..last.Start];
            tokens.RemoveAt(tokens.Count - 1);
        }

        if (tokens.Count == 0)
        {
            throw new SqlQueryException("42601", "The question is empty. Write a statement, such as 'select * from ledger.runs'.");
        }

        if (tokens.FindIndex(token => token.IsSign(';')) is >= 0 and var end)
        {
            throw SqlPlace.Refusal("42601", "One statement is taken, and another one begins.", text, tokens[Math.Min(end + 1, tokens.Count - 1)].Start);
        }

        var first = tokens[0];
        if (!first.IsSign('(') && !IsQuestion(first) && first is not { Kind: SqlTokenKind.Word, Text: "explain" })
        {
            throw SqlPlace.Refusal(
                "0A000", $"A question begins with {string.Join(", ", Questions)} or explain, not with '{text[first.Start..EndOf(text, first)]}'.", text, first.Start);
        }

        var isPlan = first is { Kind: SqlTokenKind.Word, Text: "explain" };
        if (isPlan)
        {
            CheckPlanned(text, tokens);
        }

        return new SqlStatement(text, isPlan, CallsIn(tokens));
    }

    // No cursor refuses what else has a plan, and with ANALYZE it is done: a table is made in a transaction that only reads.
    private static void CheckPlanned(string text, List<SqlToken> tokens)
    {
        var at = 1;
        if (tokens.Count > 2 && tokens[1].IsSign('(') && !tokens[2].IsSign('(') && !IsQuestion(tokens[2]))
        {
            at = tokens.FindIndex(token => token.IsSign(')')) is >= 0 and var end ? end + 1 : tokens.Count;
        }

        while (at < tokens.Count && tokens[at] is { Kind: SqlTokenKind.Word, Text: "analyze" or "analyse" or "verbose" })
        {
            at++;
        }

        const string Rule = "A plan is asked for of a question, which begins with select, with, values or table";
        if (at >= tokens.Count)
        {
            throw new SqlQueryException("0A000", $"{Rule}.");
        }

        if (!tokens[at].IsSign('(') && !IsQuestion(tokens[at]))
        {
            throw SqlPlace.Refusal("0A000", $"{Rule}, not with '{text[tokens[at].Start..EndOf(text, tokens[at])]}'.", text, tokens[at].Start);
        }

        if (tokens.FindIndex(token => token is { Kind: SqlTokenKind.Word, Text: "into" }) is >= 0 and var into)
        {
            throw SqlPlace.Refusal("0A000", "A question writes into nothing.", text, tokens[into].Start);
        }
    }

    private static bool IsQuestion(SqlToken token) => token.Kind == SqlTokenKind.Word && Questions.Contains(token.Text, StringComparer.Ordinal);

    private static int EndOf(string text, SqlToken token) => Math.Min(text.Length, token.Start + Math.Max(token.Text.Length, 1));

    // (a).f and a.f are other ways to write f(a).
    private static Dictionary<string, int> CallsIn(List<SqlToken> tokens)
    {
        var calls = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < tokens.Count; i++)
        {
            var isCall = i + 1 < tokens.Count && tokens[i + 1].IsSign('(');
            var isMember = i > 0 && tokens[i - 1].IsSign('.');
            if (tokens[i].IsName && (isCall || isMember))
            {
                calls.TryAdd(tokens[i].Text, tokens[i].Start);
            }
        }

        return calls;
    }
}
