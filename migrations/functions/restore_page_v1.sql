-- Restores a page of an archive: events with their leaves of the seal, and rows of other tables. Events that are there already are passed over. Refused with LG041 if
-- the events do not follow those of the stream.
--   p_run     the run of retention
--   p_stream  the stream, which restore_begin_v1 has begun
--   p_lines   the lines of the archive, in their order
-- Result: the version that the stream has.
create or replace function {ledger}.restore_page_v1(p_run bigint, p_stream text, p_lines jsonb)
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    own bigint;
    last bigint;
    inserted bigint;
    tags text;
    compacted bigint[];
begin
    perform from {ledger}.retention_stream as r where r.run = p_run and r.stream = p_stream and r.state = 'restoring' for update;
    if not found then
        raise exception 'Stream ''%'' is not being restored from retention %', p_stream, p_run using errcode = 'LG041';
    end if;

    select t.version into own from {events}.mt_streams as t where t.id = p_stream for no key update;
    insert into {events}.mt_events (
        seq_id, id, stream_id, version, data, bdata, type, "timestamp", tenant_id, mt_dotnet_type, correlation_id, causation_id, headers, is_archived)
    select e.seq_id, e.id, e.stream_id, e.version, case when l.line -> 'nulls' ? 'data' then 'null' else e.data end, e.bdata, e.type, e."timestamp", e.tenant_id, e.mt_dotnet_type, e.correlation_id, e.causation_id,
           case when l.line -> 'nulls' ? 'headers' then 'null' else e.headers end, e.is_archived
    from jsonb_array_elements(p_lines) as l (line)
    cross join lateral jsonb_populate_record(null::{events}.mt_events, l.line -> 'event') as e
    where l.line ? 'event'
      and e.version > own;
    get diagnostics inserted = row_count;
    if inserted > 0 then
        select max(e.version) into last from {events}.mt_events as e where e.stream_id = p_stream;
        if last <> own + inserted then
            raise exception 'The events of the archive do not follow version % of ''%''. Nothing of this page was restored', own, p_stream using errcode = 'LG041';
        end if;

        insert into {ledger}.seal_leaf
        select s.*
        from jsonb_array_elements(p_lines) as l (line)
        cross join lateral jsonb_populate_record(null::{ledger}.seal_leaf, l.line -> 'leaf') as s
        where jsonb_typeof(l.line -> 'leaf') = 'object'
          and (l.line -> 'event' ->> 'version')::bigint > own
          and s.seq = (l.line -> 'event' ->> 'seq_id')::bigint;

        -- Where the index of the search is further already, the events are looked at themselves until the daemon has written their keys.
        perform pg_advisory_xact_lock({ledger}.projection_key_v1('ledger:search'));
        insert into {ledger}.search_entry (seq, keys)
        select e.seq_id, null
        from {events}.mt_events as e
        where e.stream_id = p_stream
          and e.version > own
          and e.seq_id <= (select p.last_seq_id from {events}.mt_event_progression as p where p.name = 'ledger:search:All')
        on conflict do nothing;

        update {events}.mt_streams as t set version = last where t.id = p_stream;
        own := last;
    end if;

    insert into {ledger}.branch
    select r.*
    from jsonb_array_elements(p_lines) as l (line)
    cross join lateral jsonb_populate_record(null::{ledger}.branch, l.line -> 'row') as r
    where l.line ->> 'table' = 'branch' and r.stream = p_stream
    on conflict do nothing;
    insert into {ledger}.branch_segment
    select r.*
    from jsonb_array_elements(p_lines) as l (line)
    cross join lateral jsonb_populate_record(null::{ledger}.branch_segment, l.line -> 'row') as r
    where l.line ->> 'table' = 'branch_segment' and r.branch = p_stream
    on conflict do nothing;
    insert into {ledger}.projection_head
    select r.*
    from jsonb_array_elements(p_lines) as l (line)
    cross join lateral jsonb_populate_record(null::{ledger}.projection_head, l.line -> 'row') as r
    where l.line ->> 'table' = 'projection_head' and r.stream = p_stream
    on conflict do nothing;
    insert into {ledger}.chrono_head
    select r.*
    from jsonb_array_elements(p_lines) as l (line)
    cross join lateral jsonb_populate_record(null::{ledger}.chrono_head, l.line -> 'row') as r
    where l.line ->> 'table' = 'chrono_head' and r.stream = p_stream
    on conflict do nothing;
    insert into {ledger}.chrono_record
    select r.*
    from jsonb_array_elements(p_lines) as l (line)
    cross join lateral jsonb_populate_record(null::{ledger}.chrono_record, l.line -> 'row') as r
    where l.line ->> 'table' = 'chrono_record' and r.stream = p_stream
    on conflict do nothing;
    insert into {ledger}.chrono_change
    select r.*
    from jsonb_array_elements(p_lines) as l (line)
    cross join lateral jsonb_populate_record(null::{ledger}.chrono_change, l.line -> 'row') as r
    where l.line ->> 'table' = 'chrono_change' and r.stream = p_stream
    on conflict do nothing;
    insert into {ledger}.chrono_archive
    select r.*
    from jsonb_array_elements(p_lines) as l (line)
    cross join lateral jsonb_populate_record(null::{ledger}.chrono_archive, l.line -> 'row') as r
    where l.line ->> 'table' = 'chrono_archive' and r.stream = p_stream
    on conflict do nothing;

    compacted := array(select a.seq_id from {ledger}.chrono_archive as a where a.stream = p_stream);
    insert into {ledger}.seal_leaf
    select r.*
    from jsonb_array_elements(p_lines) as l (line)
    cross join lateral jsonb_populate_record(null::{ledger}.seal_leaf, l.line -> 'row') as r
    where l.line ->> 'table' = 'seal_leaf' and r.seq = any (compacted)
    on conflict do nothing;
    insert into {ledger}.masked_event
    select r.*
    from jsonb_array_elements(p_lines) as l (line)
    cross join lateral jsonb_populate_record(null::{ledger}.masked_event, l.line -> 'row') as r
    where l.line ->> 'table' = 'masked_event'
      and r.stream = p_stream
      and (exists (select from {events}.mt_events as e where e.seq_id = r.seq and e.stream_id = p_stream)
          or exists (select from unnest(compacted) as a (seq) where a.seq = r.seq))
    on conflict do nothing;
    insert into {ledger}.rewritten_payload
    select r.*
    from jsonb_array_elements(p_lines) as l (line)
    cross join lateral jsonb_populate_record(null::{ledger}.rewritten_payload, l.line -> 'row') as r
    where l.line ->> 'table' = 'rewritten_payload'
      and r.stream = p_stream
      and (exists (select from {events}.mt_events as e where e.seq_id = r.seq and e.stream_id = p_stream)
          or exists (select from unnest(compacted) as a (seq) where a.seq = r.seq))
    on conflict do nothing;

    -- Tags, where the application still has their tables.
    for tags in
        select distinct c.relname
        from jsonb_array_elements(p_lines) as l (line)
        join pg_class as c on c.relname = l.line ->> 'table'
        join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = {events_text}
          and c.relname like 'mt\_event\_tag\_%'
    loop
        execute format(
            'insert into %1$I.%2$I select r.* from jsonb_array_elements($1) as l (line) cross join lateral jsonb_populate_record(null::%1$I.%2$I, l.line -> ''row'') as r '
            'join %1$I.mt_events as e on e.seq_id = r.seq_id and e.stream_id = $2 where l.line ->> ''table'' = %2$L on conflict do nothing', {events_text}, tags)
        using p_lines, p_stream;
    end loop;

    return own;
end
$function$;
