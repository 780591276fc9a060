-- Takes the events of a record store up to a version out of its stream. It names the stream in ledger.compacting while it deletes, so that
-- guard_deleted_events_v1 lets it. Marten's tags of the events, if it keeps some, are deleted with them. Refused with LG011 if a branch was forked from the stream.
--   p_stream   the store's stream
--   p_to       the last version
--   p_deletes  whether the events are deleted, with those of the archive, or moved to the archive
-- Result: how many of them were events of the chain.
create or replace function {ledger}.chrono_archive_v1(p_stream text, p_to bigint, p_deletes boolean)
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    tags text;
    moved bigint;
begin
    if exists (select from {ledger}.branch_segment as s where s.stream = p_stream) then
        raise exception 'a branch shares the events of %', p_stream using errcode = 'LG011';
    end if;

    perform set_config('ledger.compacting', p_stream, true);
    for tags in
        select format('%I.%I', n.nspname, c.relname)
        from pg_constraint as f
        join pg_class as c on c.oid = f.conrelid
        join pg_namespace as n on n.oid = c.relnamespace
        where f.contype = 'f'
          and f.confrelid = to_regclass(quote_ident({events_text}) || '.mt_events')
          and c.relname like 'mt\_event\_tag\_%'
    loop
        execute format(
            'delete from %s as t using %I.mt_events as e where e.seq_id = t.seq_id and e.stream_id = $1 and e.version <= $2', tags, {events_text})
        using p_stream, p_to;
    end loop;

    if p_deletes then
        delete from {ledger}.chrono_archive as a where a.stream = p_stream;
        delete from {ledger}.chrono_change as c where c.stream = p_stream and c.version <= p_to;
        with deleted as (
            delete from {events}.mt_events as e where e.stream_id = p_stream and e.version <= p_to returning e.type)
        select count(*) filter (where d.type = 'chrono.event') into moved from deleted as d;
    else
        with deleted as (
            delete from {events}.mt_events as e
            where e.stream_id = p_stream and e.version <= p_to
            returning e.version, e.seq_id, e.id, e.type, e.data, e.headers, e."timestamp"),
        kept as (
            insert into {ledger}.chrono_archive (stream, version, seq_id, id, type, data, headers, "timestamp")
            select p_stream, d.version, d.seq_id, d.id, d.type, d.data, d.headers, d."timestamp"
            from deleted as d
            returning type)
        select count(*) filter (where k.type = 'chrono.event') into moved from kept as k;
    end if;

    perform set_config('ledger.compacting', '', true);
    update {ledger}.chrono_head as h set archived_to = p_to where h.stream = p_stream;
    return moved;
end
$function$;
