using Ledger.Postgres.Log;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>One caller at a time moves or deletes the log of a tenant: a second one would make the copy again over what was appended since.</summary>
internal static class TenantTurn
{
    /// <summary>Takes the log for a session, until that ends.</summary>
    /// <returns>Whether no other caller has it.</returns>
    public static async Task<bool> TryTakeAsync(NpgsqlConnection connection, TenantDatabase whose, SchemaNames schemas, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("tenant_only", schemas), connection);
        await using var _ = command.ConfigureAwait(false);
        command.WithText(whose.IsConjoined ? whose.Tenant : "");
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }

    /// <summary>That another caller has the log.</summary>
    public static string Taken(TenantDatabase whose) => $"The log of tenant '{whose.Tenant}' at '{whose.Place}' is being moved or deleted by another call. Nothing was changed.";
}
