-- Takes the events of a record store up to a version out of its stream, after the state that they led to was written after them. It names the stream in
-- ledger.rewritten_event while it deletes, where no role but the owner can name one, so that guard_deleted_events_v1 lets it. Marten's tags of the events, if it keeps some, are
-- deleted with them. Where the seal has some of the events, the stream retention:chrono:… gets events retention.compacted in the same transaction, which say what was done to
-- which leaves, at most 10,000 ranges each. A seal that is being extended is waited for, and one that has read the events reads again.
--   p_stream   the store's stream
--   p_to       the last version
--   p_deletes  whether the events are deleted, with those of the archive, or moved to the archive
-- Result: how many of them were events of the chain. Refused with LG011 if a branch was forked from the stream, and with LG020 if it is not that of a record store, or if events
-- are to be deleted that no state and no compaction follow. A restored store has events in its archive that none follow yet.
create or replace function {ledger}.chrono_archive_v1(p_stream text, p_to bigint, p_deletes boolean)
returns bigint
language plpgsql
volatile
set enable_seqscan = off
set jit = off
as $function$
declare
    said constant text := left('retention:' || p_stream, 250);
    compaction uuid;
    own_from bigint;
    leaves jsonb;
    appended text;
    tags text;
    moved bigint;
begin
    if exists (select from {ledger}.branch_segment as s where s.stream = p_stream) then
        raise exception 'a branch shares the events of %', p_stream using errcode = 'LG011';
    end if;

    select e.id
    into compaction
    from {events}.mt_streams as t
    join {events}.mt_events as e on e.stream_id = t.id and e.version = t.version
    where t.id = p_stream
      and e.type = 'chrono.event'
      and e.version > p_to
      and exists (
        select
        from {events}.mt_events as s
        where s.stream_id = p_stream
          and s.version = p_to + 1
          and s.type = 'chrono.state');
    if not starts_with(p_stream, 'chrono:') or p_deletes and compaction is null then
        perform {ledger}.refuse_compaction_v1(p_stream);
    end if;

    perform from {ledger}.seal_head as h for share;
    own_from := least(
        (select min(e.version) from {events}.mt_events as e where e.stream_id = p_stream),
        case when p_deletes then (select min(a.version) from {ledger}.chrono_archive as a where a.stream = p_stream) end);
    for leaves in
        with gone as (
            select l.leaf
            from (
                select e.seq_id from {events}.mt_events as e where e.stream_id = p_stream and e.version <= p_to
                union all
                select a.seq_id from {ledger}.chrono_archive as a where a.stream = p_stream and p_deletes) as e
            join {ledger}.seal_leaf as l on l.seq = e.seq_id
        ),
        island as (
            select min(n.leaf) as first,
                   max(n.leaf) as last
            from (select g.leaf, g.leaf - row_number() over (order by g.leaf) as island from gone as g) as n
            group by n.island
        ),
        page as (
            select i.first,
                   i.last,
                   (row_number() over (order by i.first) - 1) / 10000 as page
            from island as i
        )
        select jsonb_agg(jsonb_build_array(p.first, p.last) order by p.first)
        from page as p
        group by p.page
        order by p.page
    loop
        insert into {ledger}.rewritten_event (transaction, stream, version) values (pg_current_xact_id(), said, 0);
        select a.outcome
        into appended
        from {ledger}.append_event_v3(
            said,
            null,
            gen_random_uuid(),
            'retention.compacted',
            'Ledger.Events.UntypedEvent, Ledger',
            jsonb_build_object(
                'stream', p_stream,
                'from', own_from,
                'to', p_to,
                'history', case when p_deletes then 'deleted' else 'archived' end,
                'compaction', compaction,
                'leaves', leaves),
            jsonb_build_object('actor', session_user),
            null,
            null,
            true,
            null) as a;
        delete from {ledger}.rewritten_event as r where r.transaction = pg_current_xact_id() and r.stream = said;
        if appended is not null then
            raise exception 'the event of the compaction of % was refused: %', p_stream, appended using errcode = 'LG020';
        end if;
    end loop;

    delete from {ledger}.rewritten_event as r where r.stream = p_stream and r.version < 0 and r.transaction <> pg_current_xact_id();
    insert into {ledger}.rewritten_event (transaction, stream, version)
    values (pg_current_xact_id(), p_stream, -1 - p_to)
    on conflict do nothing;
    insert into {ledger}.rewritten_event (transaction, stream, version) values (pg_current_xact_id(), 'removing:' || p_stream, 0);
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

    delete from {ledger}.rewritten_event as r where r.transaction = pg_current_xact_id() and r.stream = 'removing:' || p_stream;
    update {ledger}.chrono_head as h set archived_to = p_to where h.stream = p_stream;
    return moved;
end
$function$;
