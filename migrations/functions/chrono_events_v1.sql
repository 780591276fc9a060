-- The events of a record store, including those that a compaction took out of its stream.
--   p_stream      the store's stream
--   p_from, p_to  the first and the last version
--   p_count       the most events wanted
-- Result: a row for each event, in order.
create or replace function {ledger}.chrono_events_v1(p_stream text, p_from bigint, p_to bigint, p_count integer)
returns table (version bigint, seq_id bigint, id uuid, type varchar, data jsonb, headers jsonb, "timestamp" timestamptz)
language plpgsql
stable
rows 1000
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
    return query
    select a.version, a.seq_id, a.id, a.type, a.data, a.headers, a."timestamp"
    from {ledger}.chrono_archive as a
    where a.stream = p_stream and a.version between p_from and p_to
    union all
    select e.version, e.seq_id, e.id, e.type, e.data, e.headers, e."timestamp"
    from {events}.mt_events as e
    where e.stream_id = p_stream and e.version between p_from and p_to
    order by 1
    limit p_count;
end
$function$;
