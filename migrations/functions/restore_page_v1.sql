-- Restores a page of an archive: events with their leaves of the seal, and rows of other tables. Events that are there already are passed over, and so are those of other
-- streams. Refused with LG041 if the stream is not being restored, as the plan and the events of retention say, if the events do not follow those of the stream, or have numbers that the seal has not come to, that the log has not given, or of
-- which there is a leaf: what was removed has no such number, and removed again it would explain the loss of others. So are maskings that the removal did not take away: the tree proves
-- any other event, and of a masked one only its masking says what is left. Rows of compacted events whose numbers others have are passed over. Refused with LG032 for a stream that Ledger alone writes.
--   p_run     the run of retention
--   p_stream  the stream, which restore_begin_v1 has begun
--   p_lines   the lines of the archive, in their order
-- Result: the version of the last event that is there.
create or replace function {ledger}.restore_page_v1(p_run bigint, p_stream text, p_lines jsonb)
returns bigint
language plpgsql
volatile
set enable_seqscan = off
set jit = off
as $function$
declare
    own bigint;
    last bigint;
    inserted bigint;
    forged bigint;
    tags text;
    own_table record;
    in_place constant text := 'r.stream = $2 and (exists (select from %3$I.mt_events as e where e.seq_id = r.seq and e.stream_id = $2) '
        'or exists (select from %1$I.chrono_archive as a where a.seq_id = r.seq and a.stream = $2))';
    compacted constant text := 'r.stream = $2 and not exists (select from %3$I.mt_events as e where e.seq_id = r.seq_id) '
        'and not exists (select from %1$I.seal_leaf as l where l.seq = r.seq_id)';
begin
    -- Whatever the plan says: an event retention.removed that no removal wrote would explain what was deleted in another way.
    if p_stream ~ '^(retention|masked):' then
        raise exception 'Stream ''%'' is written by Ledger alone: it says what was masked or what was removed. Nothing was changed', p_stream using errcode = 'LG032';
    end if;

    perform from {ledger}.retention_stream as r where r.run = p_run and r.stream = p_stream and r.state = 'restoring' for update;
    if not found or not {ledger}.retention_says_v1(p_run, p_stream) then
        raise exception 'Stream ''%'' is not being restored from retention %', p_stream, p_run using errcode = 'LG041';
    end if;

    -- Readers see the stream as it was before until all is there, so that its row says nothing of what is restored.
    select t.version into own from {events}.mt_streams as t where t.id = p_stream for no key update;
    own := greatest(own, (select max(e.version) from {events}.mt_events as e where e.stream_id = p_stream));
    insert into {events}.mt_events (
        seq_id, id, stream_id, version, data, bdata, type, "timestamp", tenant_id, mt_dotnet_type, correlation_id, causation_id, headers, is_archived)
    select e.seq_id, e.id, e.stream_id, e.version, case when l.line -> 'nulls' ? 'data' then 'null' else e.data end, e.bdata, e.type, e."timestamp", e.tenant_id, e.mt_dotnet_type, e.correlation_id, e.causation_id,
           case when l.line -> 'nulls' ? 'headers' then 'null' else e.headers end, e.is_archived
    from jsonb_array_elements(p_lines) as l (line)
    cross join lateral jsonb_populate_record(null::{events}.mt_events, l.line -> 'event') as e
    where l.line ? 'event'
      and e.stream_id = p_stream
      and e.version > own;
    get diagnostics inserted = row_count;
    if inserted > 0 then
        if exists (
            select
            from {events}.mt_events as e
            cross join {ledger}.seal_head as h
            cross join {events}.mt_events_sequence as s
            where e.stream_id = p_stream
              and e.version > own
              and (e.seq_id > case when h.size > 0 then h.seq else s.last_value end or exists (select from {ledger}.seal_leaf as l where l.seq = e.seq_id))) then
            raise exception 'An event of the archive of ''%'' has a number that no removed event has. Nothing of this page was restored', p_stream using errcode = 'LG041';
        end if;

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

        own := last;
    end if;

    -- A removal by an earlier build has none of the digests.
    if exists (select from jsonb_array_elements(p_lines) as l (line) where l.line ->> 'table' = 'masked_event') then
        with said as (
            select e.data
            from {events}.mt_events as e
            where e.stream_id = 'retention:' || p_run
              and e.type = 'retention.removed'
              and e.data ->> 'stream' = p_stream)
        select n.seq
        into forged
        from jsonb_array_elements(p_lines) as l (line)
        cross join lateral jsonb_populate_record(null::{ledger}.masked_event, l.line -> 'row') as n
        where l.line ->> 'table' = 'masked_event'
          and not exists (select from said as s where not s.data ? 'masked')
          and {ledger}.masking_digest_v1(n.seq, n.masked_by, n.salt) not in (
              select d.value from said as s cross join lateral jsonb_array_elements_text(s.data -> 'masked') as d (value))
        limit 1;
        if found then
            raise exception 'The archive says that the event of number % of ''%'' was masked, and retention % has not removed that masking. Nothing of this page was restored', forged, p_stream, p_run
                using errcode = 'LG041';
        end if;
    end if;

    -- In this order, because rows refer to others before them. Those of single events are only of events that are there.
    for own_table in
        select n.name, n.condition
        from (values
            (1, 'branch', 'r.stream = $2'),
            (2, 'branch_segment', 'r.branch = $2'),
            (3, 'projection_head', 'r.stream = $2'),
            (4, 'chrono_head', 'r.stream = $2'),
            (5, 'chrono_record', 'r.stream = $2'),
            (6, 'chrono_change', 'r.stream = $2'),
            (7, 'chrono_archive', compacted),
            (8, 'seal_leaf', 'r.seq in (select a.seq_id from %1$I.chrono_archive as a where a.stream = $2)'),
            (9, 'masked_event', in_place),
            (10, 'rewritten_payload', in_place)) as n (place, name, condition)
        order by n.place
    loop
        execute format(
            'insert into %1$I.%2$I select r.* from jsonb_array_elements($1) as l (line) cross join lateral jsonb_populate_record(null::%1$I.%2$I, l.line -> ''row'') as r '
            'where l.line ->> ''table'' = %2$L and ' || own_table.condition || ' on conflict do nothing', {ledger_text}, own_table.name, {events_text})
        using p_lines, p_stream;
    end loop;

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
