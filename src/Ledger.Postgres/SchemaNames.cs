using System.Text.RegularExpressions;

namespace Ledger.Postgres;

/// <summary>The two schemas that SQL files name by tokens.</summary>
/// <param name="Events">Where the event tables are.</param>
/// <param name="Ledger">Where Ledger's own tables and functions are.</param>
internal readonly partial record struct SchemaNames(string Events, string Ledger)
{
    /// <summary>Replaces the tokens in one pass, so that a name may look like a token.</summary>
    internal string Fill(string sql) => Fill(sql, Quoted(Events), Quoted(Ledger));

    /// <summary>Replaces the tokens where the names are quoted already, as the server does it.</summary>
    internal string Fill(string text, string quotedEvents, string quotedLedger)
    {
        var (events, ledger) = this;
        return Token().Replace(text, match => match.Value switch
        {
            "{events}" => quotedEvents,
            "{ledger}" => quotedLedger,
            "{events_text}" => Literal(events),
            _ => Literal(ledger),
        });
    }

    /// <summary>A name as a quoted identifier.</summary>
    internal static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A text as a string constant.</summary>
    internal static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"\{(events|ledger)(_text)?\}", RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
