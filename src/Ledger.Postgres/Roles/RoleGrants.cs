using Ledger.Postgres.Schema;

namespace Ledger.Postgres.Roles;

/// <summary>What each role may do; the script and the check follow from it, and <c>docs/roles.md</c> says it to people.</summary>
internal static class RoleGrants
{
    /// <summary>The sequence that numbers events.</summary>
    public const string Numbers = "{events}.mt_events_sequence";

    /// <summary>The table that every role of the server may read: what functions a program finds.</summary>
    public const string ForEveryone = "{ledger}.schema_function";

    private static readonly string[] OfManyTenants = ["tenant", "tenant_seed", "tenant_progression", "tenant_dead_letter"];

    private const string Change = "insert, update, delete";

    // With its salts an erased payload could be guessed from its commitment until they are deleted, so that only those who prove read them.
    private const string Salts = "{ledger}.seal_leaf";

    // Who has the keys of subjects reads what was encrypted with them.
    private const string Keys = "{ledger}.subject_key";

    /// <summary>Which role has all rights of which other.</summary>
    public static IReadOnlyList<(LedgerRole Role, LedgerRole Member)> Memberships { get; } =
    [
        (LedgerRole.Reader, LedgerRole.Auditor),
        (LedgerRole.Reader, LedgerRole.Writer),
        (LedgerRole.Writer, LedgerRole.MartenWriter),
        (LedgerRole.Writer, LedgerRole.Operator),
    ];

    /// <summary>The views, with tokens for the schemas.</summary>
    public static IReadOnlyList<string> Views { get; } = Named("view");

    /// <summary>The tables and views of the log, with tokens for the schemas.</summary>
    public static IReadOnlyList<string> Relations { get; } = [.. Named("table"), .. Views];

    /// <summary>The names of the tables and views of a log, with those that only a schema of many tenants has.</summary>
    public static IEnumerable<string> NamesIn(SchemaNames schemas) =>
        [.. Relations.Select(NameOf), .. schemas.Tenancy == Tenancy.Conjoined ? OfManyTenants : []];

    /// <summary>The schema and the name of a table or view with tokens.</summary>
    public static (string Schema, string Name) PlaceOf(SchemaNames schemas, string relation) =>
        schemas.Tenancy == Tenancy.Conjoined && relation == "{events}.mt_event_progression" ? (schemas.Ledger, "tenant_progression")
        : schemas.Tenancy == Tenancy.Conjoined && relation == "{events}.mt_doc_deadletterevent" ? (schemas.Ledger, "tenant_dead_letter")
        : (relation.StartsWith("{events}", StringComparison.Ordinal) ? schemas.Events : schemas.Ledger, NameOf(relation));

    /// <summary>The rights to tables, views and sequences, besides those to documents.</summary>
    public static IReadOnlyList<RoleGrant> All { get; } =
    [
        new(LedgerRole.Reader, "select", [.. Relations.Where(relation => relation is not (Salts or Keys))]),
        new(LedgerRole.Reader, "select", Numbers) { IsOfSequences = true },

        // How far a run is sealed.
        new(LedgerRole.Reader, OfColumns("select", "leaf", "seq"), Salts),
        new(LedgerRole.Auditor, "select", Salts),

        new(LedgerRole.Writer, Change, "{ledger}.call_owner"),

        new(LedgerRole.Writer, "select", Keys),
        new(LedgerRole.Operator, "insert, update", Keys),

        // The summaries of runs are written by the program, whose rules they follow.
        new(LedgerRole.Writer, Change, "{ledger}.run_summary", "{ledger}.run_mark"),
        new(LedgerRole.Writer, "update", "{ledger}.run_tail"),

        // An application declares the contracts of its events when it starts; an update is also what the lock of the table needs.
        new(LedgerRole.Writer, "insert, update", "{ledger}.event_contract"),
        new(LedgerRole.Writer, "delete", "{events}.mt_doc_ledger_world"),

        // Marten's own statements, and those of its daemon.
        new(LedgerRole.MartenWriter, "insert", "{events}.mt_events", "{events}.mt_streams"),
        new(LedgerRole.MartenWriter, "update (version, timestamp)", "{events}.mt_streams"),
        new(LedgerRole.MartenWriter, "usage", Numbers) { IsOfSequences = true },
        new(LedgerRole.MartenWriter, "insert", "{ledger}.branch", "{ledger}.branch_segment"),
        new(LedgerRole.MartenWriter, "insert, update", "{ledger}.projection_shard"),
        new(LedgerRole.MartenWriter, "insert, update", "{events}.mt_doc_ledger_world"),
        new(LedgerRole.MartenWriter, Change, [.. MartensProgress]),

        // An update of one column is also what a lock of a stream's row needs.
        new(LedgerRole.Operator, "update (id, data, bdata, type, timestamp, mt_dotnet_type, correlation_id, causation_id, headers, is_archived)", "{events}.mt_events"),
        new(LedgerRole.Operator, "update (is_archived)", "{events}.mt_streams"),
        new(LedgerRole.Operator, "delete", "{events}.mt_events", "{events}.mt_streams"),
        new(LedgerRole.Operator, "select, insert", Salts),

        // Not of which event a leaf is: retention of another event would explain that it is gone.
        new(LedgerRole.Operator, OfColumns("update", "data_salt", "headers_salt", "data_commitment", "bdata_commitment", "headers_commitment"), Salts),
        new(LedgerRole.Operator, "insert, update", "{ledger}.seal_head", "{ledger}.seal_tile", "{ledger}.seal_checkpoint"),
        new(LedgerRole.Operator, "insert, update", "{events}.mt_doc_ledger_world"),
        new(LedgerRole.Operator, Change, [.. MartensProgress]),
        new(
            LedgerRole.Operator,
            Change,
            "{ledger}.search_entry",
            "{ledger}.projection_head",
            "{ledger}.projection_shard",
            "{ledger}.projection_request",
            "{ledger}.projection_rebuild",
            "{ledger}.projection_rebuild_part"),
        new(LedgerRole.Operator, "insert, update", "{ledger}.retention_run", "{ledger}.retention_stream"),
        new(LedgerRole.Operator, Change, "{ledger}.retention_hold"),
    ];

    /// <summary>The functions that run with the rights of their owner, and the lowest role that may call each; null for what triggers call.</summary>
    /// <remarks>What they call in turn runs with the same rights.</remarks>
    public static IReadOnlyList<(string Name, LedgerRole? Role)> Functions { get; } =
    [
        // What is derived from the log alone, where a question finds it missing.
        ("world_catch_up_v2", LedgerRole.Reader),
        ("tasks_lag_v1", LedgerRole.Reader),
        ("catch_up_tasks_v1", LedgerRole.Reader),

        ("append_v4", LedgerRole.Writer),
        ("append_event_v3", LedgerRole.Writer),
        ("append_events_v3", LedgerRole.Writer),
        ("append_new_event_v1", LedgerRole.Writer),
        ("append_new_events_v1", LedgerRole.Writer),
        ("append_new_message_v1", LedgerRole.Writer),
        ("fork_v2", LedgerRole.Writer),
        ("create_branch_v2", LedgerRole.Writer),
        ("append_v3", LedgerRole.Writer),
        ("append_event_v2", LedgerRole.Writer),
        ("append_events_v2", LedgerRole.Writer),
        ("fork_v1", LedgerRole.Writer),
        ("create_branch_v1", LedgerRole.Writer),
        ("project_world_v2", LedgerRole.Writer),
        ("project_tasks_v1", LedgerRole.Writer),
        ("advance_v2", LedgerRole.Writer),
        ("chrono_lock_v1", LedgerRole.Writer),
        ("chrono_append_v1", LedgerRole.Writer),
        ("chrono_append_event_v2", LedgerRole.Writer),
        ("chrono_append_event_v1", LedgerRole.Writer),
        ("chrono_rows_v1", LedgerRole.Writer),
        ("chrono_clear_v1", LedgerRole.Writer),
        ("save_snapshot_v1", LedgerRole.Writer),
        ("lock_runs_v1", LedgerRole.Writer),
        ("make_subject_keys_v1", LedgerRole.Writer),

        ("archive_v1", LedgerRole.Operator),
        ("lock_masked_v1", LedgerRole.Operator),
        ("mask_events_v1", LedgerRole.Operator),
        ("chrono_archive_v1", LedgerRole.Operator),
        ("rewrite_world_v2", LedgerRole.Operator),
        ("write_world_v1", LedgerRole.Operator),
        ("rewrite_tasks_v1", LedgerRole.Operator),
        ("clear_tasks_v1", LedgerRole.Operator),
        ("rebuild_world", LedgerRole.Operator),
        ("shadow_document_v1", LedgerRole.Operator),
        ("retained_rows_v1", LedgerRole.Operator),
        ("retention_mark_v1", LedgerRole.Operator),
        ("retain_page_v1", LedgerRole.Operator),
        ("restore_begin_v1", LedgerRole.Operator),
        ("restore_page_v1", LedgerRole.Operator),
        ("restore_end_v1", LedgerRole.Operator),
        ("clear_search_v1", LedgerRole.Operator),

        ("guard_deleted_events_v1", null),
        ("note_rewritten_event_v1", null),
        ("apply_rewritten_events_v1", null),
        ("unindex_search_v1", null),
        ("forget_stream_v1", null),
        ("forget_log_v1", null),
        ("drop_world_v1", null),
        ("guard_segment_v1", null),
        ("count_quota_v1", null),
        ("count_run_v1", null),
    ];

    /// <summary>The triggers, all on the tables of streams and events.</summary>
    public static IReadOnlyList<string> Triggers { get; } =
    [
        "tr_mt_events_guarded", "tr_mt_events_kept", "tr_mt_events_appended", "tr_mt_streams_guarded", "tr_mt_streams_kept", "tr_mt_streams_moved",
    ];

    /// <summary>Those of them that are on inserts and on updates of streams, which only a marten-writer makes itself.</summary>
    public static IReadOnlyList<string> TriggersOfMartenWriter { get; } = ["tr_mt_events_appended", "tr_mt_streams_moved"];

    /// <summary>The triggers that count for quotas.</summary>
    public static IReadOnlyList<string> TriggersOfQuotas { get; } =
    [
        "tr_mt_events_counted", "tr_mt_events_uncounted", "tr_mt_events_recounted", "tr_mt_streams_counted", "tr_mt_streams_uncounted", "tr_mt_streams_recounted",
    ];

    /// <summary>Every trigger that the migrations make, or that is made with roles or quotas.</summary>
    public static IReadOnlyList<string> KnownTriggers { get; } =
        [.. Triggers, .. TriggersOfQuotas, .. SchemaCatalog.ExpectedLines().Select(CatalogEntry.Parse).Where(entry => entry.Kind == "trigger").Select(entry => entry.Part!)];

    /// <summary>The functions and procedures of Ledger's schema with the types of their parameters, as <c>append_v1(text)</c>.</summary>
    public static IReadOnlyList<string> Routines { get; } =
        [.. Named("function").Concat(Named("procedure")).Select(name => name["{ledger}.".Length..])];

    /// <summary>A function of Ledger's with the types of its parameters.</summary>
    public static string RoutineOf(string name) => Routines.Single(routine => routine.StartsWith($"{name}(", StringComparison.Ordinal));

    private static string NameOf(string relation) => relation[(relation.IndexOf('.', StringComparison.Ordinal) + 1)..];

    private static string OfColumns(string right, params string[] columns) => $"{right} ({string.Join(", ", columns)})";

    private static IReadOnlyList<string> Named(string kind) =>
        [.. SchemaCatalog.ExpectedLines().Select(CatalogEntry.Parse).Where(entry => entry.Kind == kind && entry.Part is null).Select(entry => entry.Object)];

    private static IReadOnlyList<string> MartensProgress =>
        ["{events}.mt_event_progression", "{events}.mt_event_projection_floors", "{events}.mt_high_water_skips", "{events}.mt_doc_deadletterevent"];
}
