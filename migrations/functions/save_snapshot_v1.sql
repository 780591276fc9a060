-- Saves a snapshot, unless a later one is stored, or an event of its history was rewritten after the history was read.
--   p_stream       the stream
--   p_data         the document; one of a node of the previous version (format 1) is stored in the present format
--   p_dotnet_type  the full name of its .NET type
--   p_version      the version of the stream up to which the events are folded
--   p_since        pg_current_snapshot() before the history was read (null: not checked)
-- Result: saved, newer_kept or rewritten.
create or replace function {ledger}.save_snapshot_v1(
    p_stream text,
    p_data jsonb,
    p_dotnet_type text,
    p_version bigint,
    p_since pg_snapshot)
returns text
language plpgsql
volatile
set enable_seqscan = off
as $function$
begin
    -- apply_rewritten_events_v1 takes it exclusively. Each statement after it sees what was committed meanwhile. What this transaction itself
    -- has rewritten does not count: its commit deletes the snapshot.
    perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1('ledger:snapshot'));
    if p_since is not null and exists (
        with recursive history as (
            select p_stream as stream
            union
            select s.stream::text
            from history as h
            join {ledger}.branch_segment as s on s.branch = h.stream
        )
        select
        from history as h
        join {ledger}.rewritten_event as r on r.stream = h.stream
        where not pg_visible_in_snapshot(r.transaction, p_since)
          and r.transaction is distinct from pg_current_xact_id_if_assigned()
    ) then
        return 'rewritten';
    end if;

    if p_data ->> 'format' = '1' and jsonb_typeof(p_data -> 'world') = 'object' then
        p_data := (p_data - 'world') || (p_data -> 'world') || '{"format": 2}';
    end if;

    insert into {events}.mt_doc_ledger_world as d (id, data, mt_last_modified, mt_dotnet_type, mt_version)
    values (p_stream, p_data, transaction_timestamp(), p_dotnet_type, p_version)
    on conflict ({tenant_key}id) do update
    set data = excluded.data,
        mt_last_modified = excluded.mt_last_modified,
        mt_dotnet_type = excluded.mt_dotnet_type,
        mt_version = excluded.mt_version
    where d.mt_version <= excluded.mt_version;
    return case when found then 'saved' else 'newer_kept' end;
end
$function$;
