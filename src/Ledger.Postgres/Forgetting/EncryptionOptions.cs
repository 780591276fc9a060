using Ledger.Forgetting;

namespace Ledger.Postgres.Forgetting;

/// <summary>What an application encrypts, and where its keys are.</summary>
public sealed record EncryptionOptions
{
    /// <summary>Rules besides those that follow from the attributes of the event types. Default: none.</summary>
    public IReadOnlyList<PersonalDataRule> Rules { get; init; } = [];

    /// <summary>
    /// The database of the keys, with Ledger's migrations in the schema that the log has; the role needs the rights of a writer. Default: null, that of the log. Another one is better, with
    /// backups that are kept for a short time: a backup of both together forgets nothing.
    /// </summary>
    public string? KeysConnectionString { get; init; }
}
