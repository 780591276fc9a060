using System.Text;

namespace Ledger.Postgres;

/// <summary>The two schemas that SQL files name by tokens.</summary>
/// <param name="Events">Where the event tables are.</param>
/// <param name="Ledger">Where Ledger's own tables and functions are.</param>
/// <param name="Tenancy">Whether their tables have the logs of many tenants, whose keys begin with the tenant.</param>
internal sealed record SchemaNames(string Events, string Ledger, Tenancy Tenancy = Tenancy.Single)
{
    private const string Progress = "{events}.mt_event_progression";
    private const string DeadLetters = "{events}.mt_doc_deadletterevent";

    private bool IsConjoined => Tenancy == Tenancy.Conjoined;

    /// <summary>Replaces the tokens in one pass, so that a name may look like a token.</summary>
    internal string Fill(string sql) => Fill(sql, Quoted(Events), Quoted(Ledger));

    /// <summary>Replaces the tokens where the names are quoted already, as the server does it.</summary>
    internal string Fill(string text, string quotedEvents, string quotedLedger)
    {
        var filled = new StringBuilder(text.Length + 256);
        var at = 0;
        for (int open; (open = text.IndexOf('{', at)) >= 0;)
        {
            filled.Append(text, at, open - at);
            var token = text.AsSpan(open, text.IndexOf('}', open) is var close and >= 0 ? close + 1 - open : 1);
            if (TableOf(text.AsSpan(open)) is { } table)
            {
                // Marten's tables of progress and dead letters have no tenant.
                filled.Append(quotedLedger).Append(table == Progress ? ".tenant_progression" : ".tenant_dead_letter");
                at = open + table.Length;
            }
            else if (ValueOf(token, quotedEvents, quotedLedger) is { } value)
            {
                filled.Append(value);
                at = open + token.Length;
            }
            else
            {
                filled.Append('{');
                at = open + 1;
            }
        }

        return filled.Append(text, at, text.Length - at).ToString();
    }

    private string? TableOf(ReadOnlySpan<char> text)
    {
        var table = !IsConjoined ? null : text.StartsWith(Progress, StringComparison.Ordinal) ? Progress : text.StartsWith(DeadLetters, StringComparison.Ordinal) ? DeadLetters : null;
        return table is not null && (text.Length == table.Length || !(char.IsLetterOrDigit(text[table.Length]) || text[table.Length] == '_')) ? table : null;
    }

    private string? ValueOf(ReadOnlySpan<char> token, string quotedEvents, string quotedLedger) => token switch
    {
        "{events}" => quotedEvents,
        "{ledger}" => quotedLedger,
        "{events_text}" => Literal(Events),
        "{ledger_text}" => Literal(Ledger),
        "{tenant}" => IsConjoined ? "current_setting('ledger.tenant')" : "'*DEFAULT*'",
        "{compacted_tenant}" => IsConjoined ? "current_setting('ledger.tenant')" : SqlText.Load("compacted_tenant", this),
        "{tenant_key}" => IsConjoined ? "tenant_id, " : "",
        "{tenant_suffix}" => IsConjoined ? " || ' of ' || current_setting('ledger.tenant')" : "",
        "{immutable}" => IsConjoined ? "stable" : "immutable",
        _ => null,
    };

    /// <summary>A name as a quoted identifier.</summary>
    internal static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A text as a string constant.</summary>
    internal static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
