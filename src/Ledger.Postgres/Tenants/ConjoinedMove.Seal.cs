using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <content>A sealed log that leaves a schema of many: its events keep their numbers and the tenant that their entries name, so that every checkpoint of it is one of the same tree.</content>
internal sealed partial class ConjoinedMove
{
    private async Task<bool> IsSealedAsync(NpgsqlConnection from, CancellationToken cancellationToken) =>
        (await ReadAsync(from, Load("tenant_is_sealed", _here), row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))[0];

    private async Task<List<Pair>> AsSealedAsync(NpgsqlConnection from, List<Pair> pairs, CancellationToken cancellationToken) =>
        target.IsConjoined || !await IsSealedAsync(from, cancellationToken).ConfigureAwait(false)
            ? pairs
            : [.. pairs.Select(pair => pair.From.Purpose == "mt_events" ? new Pair(pair.From.WithTenant(), pair.To.WithTenant()) : pair)];

    // Events that a compaction takes out of their stream later have no tenant of their own.
    private async Task NoteSealAsync(NpgsqlConnection from, NpgsqlConnection to, CancellationToken cancellationToken)
    {
        if (!target.IsConjoined && await IsSealedAsync(from, cancellationToken).ConfigureAwait(false))
        {
            var numbers = new MovedTable(options.EventSchema, "mt_events_sequence", "");

            // As it was set there: in the schema of many others go on.
            var last = (await LastAsync(to, numbers.Quoted, cancellationToken).ConfigureAwait(false)).Last;
            var note = SchemaNames.Literal($"The entries up to {last} name the tenant {source.Tenant}");
            await ExecuteAsync(to, Load("tenant_seal_note", _there).Replace("{note}", note, StringComparison.Ordinal), cancellationToken).ConfigureAwait(false);
        }
    }
}
