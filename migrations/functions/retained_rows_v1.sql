-- The rows of a stream, besides its events, that an archive needs because they do not follow from the events: its place in the tree of branches, those of a
-- record store with the leaves of events that it has compacted, how far inline projections are, and of single events Marten's tags and what masking has noted.
--   p_stream  the stream
--   p_kept    how many of its events stay; their rows are left out, and so are those of the whole stream if some stay
-- Result: a row for each: its table and itself, as JSON.
create or replace function {ledger}.retained_rows_v1(p_stream text, p_kept bigint)
returns setof text
language plpgsql
stable
set enable_seqscan = off
as $function$
declare
    tags record;
begin
    if p_kept = 0 then
        return query
        select jsonb_build_object('table', 'branch', 'row', to_jsonb(b))::text from {ledger}.branch as b where b.stream = p_stream
        union all
        select jsonb_build_object('table', 'branch_segment', 'row', to_jsonb(s))::text from {ledger}.branch_segment as s where s.branch = p_stream
        union all
        select jsonb_build_object('table', 'projection_head', 'row', to_jsonb(h))::text
        from {ledger}.projection_head as h
        where h.stream = p_stream and not starts_with(h.projection, 'ledger:')
        union all
        select jsonb_build_object('table', 'chrono_head', 'row', to_jsonb(h))::text from {ledger}.chrono_head as h where h.stream = p_stream
        union all
        select jsonb_build_object('table', 'chrono_record', 'row', to_jsonb(r))::text from {ledger}.chrono_record as r where r.stream = p_stream
        union all
        select jsonb_build_object('table', 'chrono_change', 'row', to_jsonb(c))::text from {ledger}.chrono_change as c where c.stream = p_stream
        union all
        select jsonb_build_object('table', 'chrono_archive', 'row', to_jsonb(a))::text from {ledger}.chrono_archive as a where a.stream = p_stream
        union all
        select jsonb_build_object('table', 'seal_leaf', 'row', to_jsonb(l))::text
        from {ledger}.chrono_archive as a
        join {ledger}.seal_leaf as l on l.seq = a.seq_id
        where a.stream = p_stream
        union all
        select jsonb_build_object('table', 'masked_event', 'row', to_jsonb(m))::text
        from {ledger}.chrono_archive as a
        join {ledger}.masked_event as m on m.seq = a.seq_id
        where a.stream = p_stream
        union all
        select jsonb_build_object('table', 'rewritten_payload', 'row', to_jsonb(r))::text
        from {ledger}.chrono_archive as a
        join {ledger}.rewritten_payload as r on r.seq = a.seq_id
        where a.stream = p_stream;
    end if;

    return query
    select jsonb_build_object('table', 'masked_event', 'row', to_jsonb(m))::text
    from {ledger}.masked_event as m
    join {events}.mt_events as e on e.seq_id = m.seq
    where m.stream = p_stream and e.stream_id = p_stream and e.version > p_kept
    union all
    select jsonb_build_object('table', 'rewritten_payload', 'row', to_jsonb(r))::text
    from {ledger}.rewritten_payload as r
    join {events}.mt_events as e on e.seq_id = r.seq
    where r.stream = p_stream and e.stream_id = p_stream and e.version > p_kept;

    for tags in
        select n.nspname, c.relname
        from pg_constraint as f
        join pg_class as c on c.oid = f.conrelid
        join pg_namespace as n on n.oid = c.relnamespace
        where f.contype = 'f'
          and f.confrelid = to_regclass(quote_ident({events_text}) || '.mt_events')
          and c.relname like 'mt\_event\_tag\_%'
    loop
        return query execute format(
            'select jsonb_build_object(''table'', %L, ''row'', to_jsonb(t))::text from %I.%I as t join %I.mt_events as e on e.seq_id = t.seq_id '
            'where e.stream_id = $1 and e.version > $2', tags.relname, tags.nspname, tags.relname, {events_text})
        using p_stream, p_kept;
    end loop;
end
$function$;
