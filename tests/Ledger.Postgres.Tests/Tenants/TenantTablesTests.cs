using Ledger.Postgres.Tenants;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>No table and no number is forgotten where a tenant moves or is deleted, or a stream is removed: what a migration adds has to be put into one of the lists.</summary>
public sealed class TenantTablesTests(ConjoinedDatabase database) : IClassFixture<ConjoinedDatabase>
{
    // Of no tenant, or of all.
    private static readonly string[] NotMoved =
    [
        "migration", "schema_function", // What the schema is: the target has its own.
        "tenant", "tenant_seed", // The list of tenants, and what each of them begins with.
        "mt_event_progression", "mt_doc_deadletterevent", "mt_event_projection_floors", "mt_high_water_skips", // Of Marten's daemon, which reads the events of all.
    ];

    // Numbers that mean the same in any database: versions of streams, counts, times, what the application has written.
    private static readonly string[] SameAnywhere =
    [
        "branch.fork_position", "branch.segment_taken", "branch_segment.taken", "calls.created_at", "calls.updated_at", "chrono_archive.data", "chrono_archive.headers", "chrono_archive.version", "chrono_change.version",
        "chrono_head.archived_to", "chrono_head.seq", "chrono_head.version", "chrono_record.ordinal", "chrono_record.seq", "event_contract.schema", "messages.timestamp",
        "mt_doc_ledger_world.data", "mt_doc_ledger_world.mt_version", "mt_events.data", "mt_events.headers", "mt_events.version", "mt_streams.compacted_version", "mt_streams.version", "mt_streams.snapshot",
        "mt_event_progression.critical_behind_threshold", "mt_event_progression.warning_behind_threshold", "projection_head.version", "projection_rebuild.events", "projection_rebuild_part.events",
        "projection_request.events", "projection_request.total", "quota.most", "quota_used.bytes", "quota_used.events", "quota_used.runs", "retention_run.policies", "retention_stream.events",
        "retention_stream.file_bytes", "retention_stream.kept", "retention_stream.place", "retention_stream.version", "rewritten_event.version", "run_mark.calls", "run_mark.totals", "run_mark.version",
        "run_summary.cost_usd", "run_summary.failed_calls", "run_summary.length", "run_summary.model_calls", "run_summary.state", "run_summary.tokens", "run_summary.tool_calls", "run_summary.version", "run_summary.whole_cost_usd", "run_summary.whole_tokens",
        "task_fault.version", "tasks.created_at", "tasks.updated_at", "world_fault.version", "world_head.budget_version", "world_head.cut_version", "world_head.fault_version", "world_head.prefix",
        "world_head.version", "world_object.created_at", "world_object.data", "world_object.valid_from", "world_object_past.created_at", "world_object_past.data", "world_object_past.valid_from",
        "world_relation.created_at", "world_relation.data", "world_relation.valid_from", "world_relation_past.created_at", "world_relation_past.data", "world_relation_past.valid_from",
    ];

    // A sealed log stays where numbers or the tenant would be others.
    private static readonly string[] OfTheSeal = ["seal_checkpoint.size", "seal_head.size", "seal_leaf.leaf", "seal_leaf.seq", "seal_tile.tile"];

    // What ConjoinedMove draws above those that the target has; the second refers to the first.
    private static readonly string[] Identities = ["projection_request.id", "retention_run.id", "retention_stream.run"];

    // What a stream has, which goes with its events.
    private static readonly string[] OfStreams = ["stream", "stream_id", "store", "task_id", "run", "task"];

    [Fact]
    public async Task EveryTable_MovesAndIsDeletedWithItsTenant_OrIsNamedWithAReason()
    {
        var parts = await PartsAsync();
        var tables = await database.ScalarAsync<string[]>("select array_agg(c.relname::text) from pg_class as c where c.relnamespace = 'ledger'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition");
        tables.Except(NotMoved).ShouldBe(parts.Select(part => part.Name), ignoreOrder: true, "a table is neither moved nor named here");
        (await database.ScalarAsync<string[]>("select array_agg(c.relname::text) from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attname = 'tenant_id' where c.relnamespace = 'ledger'::regnamespace and c.relkind in ('r', 'p')"))
            .Except(parts.Select(part => part.Name)).ShouldBe(["mt_event_projection_floors", "tenant"], ignoreOrder: true, "a table with rows of tenants is not moved");
    }

    [Fact]
    public async Task EveryNumber_IsOneOfAnEvent_OrAPlaceAmongThem_OrMeansTheSameAnywhere()
    {
        var purposes = (await PartsAsync()).ToDictionary(part => part.Name, part => part.Purpose);
        var columns = (await database.ScalarAsync<string[]>("""
            select array_agg(c.relname || '.' || a.attname)
            from pg_class as c
            join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where c.relnamespace = 'ledger'::regnamespace
              and c.relkind in ('r', 'p')
              and a.atttypid in ('bigint'::regtype, 'bigint[]'::regtype, 'numeric'::regtype, 'jsonb'::regtype, 'json'::regtype)
            """)).Select(column => (Table: column[..column.IndexOf('.', StringComparison.Ordinal)], Column: column[(column.IndexOf('.', StringComparison.Ordinal) + 1)..]))
            .Where(column => purposes.ContainsKey(column.Table))
            .Select(column => $"{purposes[column.Table]}.{column.Column}")
            .ToHashSet();

        string[] known = [.. MovedTable.Numbers, .. MovedTable.Places, "mt_doc_deadletterevent.data", .. SameAnywhere, .. OfTheSeal, .. Identities];
        known.ShouldBeUnique();
        columns.Except(known).Order().ShouldBeEmpty("which number of an event does it have, if any? See MovedTable");
        MovedTable.Numbers.Concat(MovedTable.Places).Except(columns).ShouldBeEmpty("a column that is not there any more");
        (await database.ScalarAsync<string[]>("""
            select array_agg(c.relname || '.' || a.attname order by c.relname)
            from pg_class as c
            join pg_attribute as a on a.attrelid = c.oid and a.attidentity <> ''
            where c.relnamespace = 'ledger'::regnamespace
            """)).ShouldBe(["projection_request.id", "retention_run.id"], "see ConjoinedMove.Identities");
    }

    [Fact]
    public async Task EveryTableOfStreams_IsEmptiedByRetention_OrIsNamedWithAReason()
    {
        string[] stays =
        [
            "mt_streams", // The stream stays in the list of removed ones until it is deleted as a whole, by forget_stream_v1.
            "call_owner", // Of calls that are running, whose streams are not removed.
            "masked_event", // What was masked is masked again after a restore.
            "retention_stream", // What retention itself knows.
            "rewritten_event", "rewritten_payload", // What the seal has to say about an event that was rewritten.
        ];
        var functions = await database.ScalarAsync<string>("""
            select string_agg(p.prosrc, ' ')
            from pg_proc as p
            where p.pronamespace = 'ledger'::regnamespace
              and p.proname in ('retain_page_v1', 'retain_rows_v1', 'forget_log_v1', 'forget_stream_v1', 'clear_tasks_v1', 'chrono_clear_v1', 'drop_world_v1', 'unindex_search_v1')
            """);
        var tables = await database.ScalarAsync<string[]>($"""
            select array_agg(distinct c.relname::text)
            from pg_class as c
            join pg_attribute as a on a.attrelid = c.oid
            where c.relnamespace = 'ledger'::regnamespace
              and c.relkind in ('r', 'p')
              and a.attname in ('{string.Join("', '", OfStreams)}')
              and not exists (
                  select
                  from pg_constraint as k
                  where k.conrelid = c.oid
                    and k.confdeltype = 'c'
                    and k.confrelid in ('ledger.mt_streams'::regclass, 'ledger.branch'::regclass))
            """);
        tables.Except(stays).Where(table => !functions.Contains($"delete from \"ledger\".\"{table}\"", StringComparison.Ordinal) && !functions.Contains($"delete from \"ledger\".{table} ", StringComparison.Ordinal))
            .Order().ShouldBeEmpty("retention leaves the rows of removed streams there");
    }

    private async Task<List<MovedTable>> PartsAsync()
    {
        await using var connection = new NpgsqlConnection(database.SuperuserString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(SqlText.Load("tenant_parts", new PostgresOptions { Tenancy = Tenancy.Conjoined }.Schemas), connection);
        await using var reader = await command.ExecuteReaderAsync();
        var parts = new List<MovedTable>();
        while (await reader.ReadAsync())
        {
            parts.Add(new MovedTable(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        return parts;
    }
}
