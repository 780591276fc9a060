using System.Text.RegularExpressions;

namespace Ledger.Postgres;

/// <summary>The two schemas that SQL files name by tokens.</summary>
/// <param name="Events">Where the event tables are.</param>
/// <param name="Ledger">Where Ledger's own tables and functions are.</param>
/// <param name="Tenancy">Whether their tables have the logs of many tenants, whose keys begin with the tenant.</param>
internal readonly partial record struct SchemaNames(string Events, string Ledger, Tenancy Tenancy = Tenancy.Single)
{
    private const string Progress = "{events}.mt_event_progression";
    private const string DeadLetters = "{events}.mt_doc_deadletterevent";

    private bool IsConjoined => Tenancy == Tenancy.Conjoined;

    /// <summary>Replaces the tokens in one pass, so that a name may look like a token.</summary>
    internal string Fill(string sql) => Fill(sql, Quoted(Events), Quoted(Ledger));

    /// <summary>Replaces the tokens where the names are quoted already, as the server does it.</summary>
    internal string Fill(string text, string quotedEvents, string quotedLedger)
    {
        var (events, ledger, isConjoined) = (Events, Ledger, IsConjoined);
        return Token().Replace(text, match => match.Value switch
        {
            // Marten's tables of progress and dead letters have no tenant.
            Progress => isConjoined ? $"{quotedLedger}.tenant_progression" : $"{quotedEvents}.mt_event_progression",
            DeadLetters => isConjoined ? $"{quotedLedger}.tenant_dead_letter" : $"{quotedEvents}.mt_doc_deadletterevent",
            "{events}" => quotedEvents,
            "{ledger}" => quotedLedger,
            "{events_text}" => Literal(events),
            "{tenant}" => isConjoined ? "current_setting('ledger.tenant')" : "'*DEFAULT*'",
            "{tenant_key}" => isConjoined ? "tenant_id, " : "",
            "{tenant_suffix}" => isConjoined ? " || ' of ' || current_setting('ledger.tenant')" : "",
            "{immutable}" => isConjoined ? "stable" : "immutable",
            _ => Literal(ledger),
        });
    }

    /// <summary>A name as a quoted identifier.</summary>
    internal static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A text as a string constant.</summary>
    internal static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(
        @"\{events\}\.mt_(?:event_progression|doc_deadletterevent)\b|\{(?:(?:events|ledger)(?:_text)?|tenant(?:_key|_suffix)?|immutable)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
