using System.Text;

namespace Ledger.Postgres.Roles;

/// <summary>What the roles of a log are called in its server.</summary>
/// <remarks>
/// Immutable. Roles belong to the whole server: logs that share the names share the roles, and with them the rights. A name has 1 to 63 bytes of UTF-8, no
/// control character and no <c>$</c>, <c>{</c> or <c>}</c>, and does not begin with <c>pg_</c>.
/// </remarks>
public sealed record LedgerRoleNames
{
    /// <summary>Answers questions: default <c>ledger_reader</c>.</summary>
    public string Reader { get; init; } = "ledger_reader";

    /// <summary>Proves and audits, besides reading: default <c>ledger_auditor</c>.</summary>
    public string Auditor { get; init; } = "ledger_auditor";

    /// <summary>Appends with the native engine, besides reading: default <c>ledger_writer</c>.</summary>
    public string Writer { get; init; } = "ledger_writer";

    /// <summary>Appends with Marten too: default null, there is no such role.</summary>
    /// <remarks>With it, triggers check what Marten's statements have written; appends of the native engine then evaluate a condition for each row.</remarks>
    public string? MartenWriter { get; init; }

    /// <summary>Runs the daemon, rebuilds, archives, masks and deletes, besides appending: default <c>ledger_operator</c>.</summary>
    public string Operator { get; init; } = "ledger_operator";

    /// <summary>Gets the schemas and everything in them, and migrates: default null, the role that has them.</summary>
    public string? Owner { get; init; }

    internal IReadOnlyList<string> All => [Reader, Auditor, Writer, .. MartenWriter is null ? Array.Empty<string>() : [MartenWriter], Operator];

    /// <summary>The name of a role; null if there is none.</summary>
    internal string? Of(LedgerRole role) => role switch
    {
        LedgerRole.Reader => Reader,
        LedgerRole.Auditor => Auditor,
        LedgerRole.Writer => Writer,
        LedgerRole.MartenWriter => MartenWriter,
        _ => Operator,
    };

    /// <exception cref="ArgumentException">A name is not as its doc says, or two are the same.</exception>
    internal LedgerRoleNames Checked()
    {
        List<string> names = [.. All];
        if (Owner is not null)
        {
            names.Add(Owner);
        }

        foreach (var name in names)
        {
            if (string.IsNullOrEmpty(name) || Encoding.UTF8.GetByteCount(name) > 63 || name.StartsWith("pg_", StringComparison.Ordinal)
                || name.Any(letter => char.IsControl(letter) || letter is '$' or '{' or '}') || name is "public" or "none")
            {
                throw new ArgumentException(
                    $"'{name}' cannot be the name of a role: it has 1 to 63 bytes, no control character and no '$', '{{' or '}}', is not 'public' or 'none', and does not begin with 'pg_'.");
            }
        }

        return names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new ArgumentException($"'{twice.Key}' is the name of two roles; each needs its own.")
            : this;
    }
}
