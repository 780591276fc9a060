-- Replaces payloads, deletes their salts from the seal, and removes them from tags, dead letters and errors of projections. What else is derived follows by the
-- triggers on updates at the end of the transaction; see apply_rewritten_events_v1. The caller has appended the events event.masked, and rolls back if it is false.
--   p_seq, p_id, p_stream  the events: their numbers, ids and streams
--   p_old                  the payloads as they were read
--   p_data                 those that they get; the same as the old one if another program has replaced it already
--   p_headers              the headers that they get; null for those that stay
--   p_masked_by            the ids of the events that say so
--   p_salt                 the salts of the commitments in these
-- Result: whether every payload was as it was read.
create or replace function {ledger}.mask_events_v1(
    p_seq bigint[],
    p_id uuid[],
    p_stream text[],
    p_old jsonb[],
    p_data jsonb[],
    p_headers jsonb[],
    p_masked_by uuid[],
    p_salt bytea[])
returns boolean
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    tags text;
    in_streams bigint;
    archived bigint;
begin
    -- No trigger is on the archive of record stores.
    perform {ledger}.keep_commitments_v1(a.seq_id, a.stream, a.data, null, case when n.headers is not null then a.headers end)
    from unnest(p_id, p_headers) as n (id, headers)
    join {ledger}.chrono_archive as a on a.id = n.id;

    update {events}.mt_events as e
    set data = n.data,
        bdata = case when n.data = n.old then e.bdata end,
        headers = coalesce(n.headers, e.headers)
    from unnest(p_seq, p_old, p_data, p_headers) as n (seq, old, data, headers)
    where e.seq_id = n.seq
      and e.data = n.old;
    get diagnostics in_streams = row_count;
    update {ledger}.chrono_archive as a
    set data = n.data,
        headers = coalesce(n.headers, a.headers)
    from unnest(p_id, p_old, p_data, p_headers) as n (id, old, data, headers)
    where a.id = n.id
      and a.data = n.old;
    get diagnostics archived = row_count;
    if in_streams + archived <> cardinality(p_seq) then
        return false;
    end if;

    update {ledger}.seal_leaf as l
    set data_salt = case when r.data_commitment is null then l.data_salt end,
        data_commitment = coalesce(r.data_commitment, l.data_commitment),
        bdata_commitment = coalesce(r.bdata_commitment, l.bdata_commitment),
        headers_salt = case when r.headers_commitment is null then l.headers_salt end,
        headers_commitment = coalesce(r.headers_commitment, l.headers_commitment)
    from {ledger}.rewritten_payload as r
    where r.seq = any (p_seq)
      and l.seq = r.seq;
    delete from {ledger}.rewritten_payload as r where r.seq = any (p_seq);

    insert into {ledger}.masked_event as m (seq, stream, masked_by, masked_at, salt)
    select n.seq, n.stream, n.masked_by, e."timestamp", n.salt
    from unnest(p_seq, p_stream, p_masked_by, p_salt) as n (seq, stream, masked_by, salt)
    join {events}.mt_events as e on e.id = n.masked_by
    on conflict (seq) do update
    set masked_by = excluded.masked_by,
        masked_at = excluded.masked_at,
        salt = excluded.salt;

    foreach tags in array array['mt_event_tag_ledger_model', 'mt_event_tag_ledger_tool'] loop
        if to_regclass(quote_ident({events_text}) || '.' || tags) is not null then
            execute format('delete from %I.%I as t where t.seq_id = any ($1)', {events_text}, tags) using p_seq;
        end if;
    end loop;

    perform {ledger}.tag_events_v1(p_id);

    update {events}.mt_doc_deadletterevent as d
    set data = jsonb_set(d.data, array['ExceptionMessage'], '"****"')
    where (d.data ->> 'EventSequence')::bigint = any (p_seq)
      and d.data ? 'ExceptionMessage';
    update {ledger}.projection_shard as s set error = '****' where s.error_sequence = any (p_seq);
    update {events}.mt_event_progression as p set pause_reason = '****' where p.failure_event_sequence = any (p_seq) and p.pause_reason is not null;
    return true;
end
$function$;
