-- What follows when another program changes or deletes events that are in the log, as Marten's masking, compaction and deletion of streams do.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own.
-- The triggers are on update, delete and truncate alone: an append runs none of them. Archiving changes a column that none of them names.

-- The events that a transaction has rewritten, by stream, until it commits: the lowest version of each. Empty between transactions.
create table {ledger}.rewritten_event (
    transaction xid8 not null,
    stream varchar not null,
    version bigint not null,
    constraint pk_rewritten_event primary key (transaction, stream)
);

-- Whether Ledger needs every event of a stream: of runs, branches, tasks and record stores, and of what a branch was forked from.
create function {ledger}.keeps_history_v1(p_stream text)
returns boolean
language sql
stable
set enable_seqscan = off
as $function$
    select starts_with(p_stream, 'run:')
        or starts_with(p_stream, 'branch:')
        or starts_with(p_stream, 'task:')
        or starts_with(p_stream, 'chrono:')
        or exists (select from {ledger}.branch_segment as s where s.stream = p_stream)
        or exists (select from {ledger}.branch as b where b.parent = p_stream)
        or exists (select from {ledger}.branch as b where b.root = p_stream)
$function$;

-- Refuses to take events out of a stream. p_stream: its name.
create function {ledger}.refuse_compaction_v1(p_stream text)
returns void
language plpgsql
as $function$
begin
    raise exception 'Stream ''%'' must keep all of its events: Ledger reads its whole history, and branches share it. Nothing was changed. %',
        p_stream,
        case
            when starts_with(p_stream, 'chrono:') then 'Compact a record store with ChronoStore.CompactAsync.'
            else 'Archive the stream instead, or delete it as a whole if no branch was forked from it.'
        end
        using errcode = 'LG020';
end
$function$;

-- Refuses a statement that deletes some events of a stream and leaves others, unless the stream itself is deleted. The compaction of a
-- record store, which keeps what it takes out, names its stream in ledger.compacting.
create function {ledger}.guard_deleted_events_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
declare
    broken text;
begin
    select g.stream_id
    into broken
    from (
        select distinct d.stream_id
        from gone as d
        where d.stream_id is distinct from current_setting('ledger.compacting', true)) as g
    where {ledger}.keeps_history_v1(g.stream_id)
      and exists (select from {events}.mt_streams as t where t.id = g.stream_id)
      and exists (select from {events}.mt_events as e where e.stream_id = g.stream_id)
    limit 1;
    if found then
        perform {ledger}.refuse_compaction_v1(broken);
    end if;

    return null;
end
$function$;

create trigger tr_mt_events_deleted after delete on {events}.mt_events
referencing old table as gone
for each statement execute function {ledger}.guard_deleted_events_v1();

-- Notes that an event was rewritten. Marten's compaction puts its own event in the place of the last one that it deletes: it is refused here
-- where it deletes nothing else, too. In other streams its event stands for those before it, so that what is derived from them still holds.
create function {ledger}.note_rewritten_event_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
begin
    if starts_with(new.mt_dotnet_type, 'JasperFx.Events.Compacted`') then
        if {ledger}.keeps_history_v1(new.stream_id) then
            perform {ledger}.refuse_compaction_v1(new.stream_id);
        end if;

        return null;
    end if;

    insert into {ledger}.rewritten_event as r (transaction, stream, version)
    values (pg_current_xact_id(), new.stream_id, new.version)
    on conflict (transaction, stream) do update
    set version = excluded.version
    where r.version > excluded.version;
    return null;
end
$function$;

create trigger tr_mt_events_rewritten after update of id, data, bdata, type, headers, "timestamp" on {events}.mt_events
for each row
when (old.id is distinct from new.id
    or old.data is distinct from new.data
    or old.bdata is distinct from new.bdata
    or old.type is distinct from new.type
    or old.headers is distinct from new.headers
    or old."timestamp" is distinct from new."timestamp")
execute function {ledger}.note_rewritten_event_v1();

-- Brings what is derived from the events that this transaction has rewritten to what they say now, or removes it so that it is written again
-- before it is read: of the streams themselves, and of the branches that share those events.
--   rows of worlds and their snapshots are removed; the next append or question writes them
--   rows of tasks are written again here, because rows of other tasks refer to them
--   rows of record stores are written again by the next question, because only the program knows how; until then their head has the
--   version -1 - v, where v is the last event that they stood for; the chain's head stays, so that verification finds the change
-- Once for a transaction: the first row that comes here takes what all of them have noted. The locks come in the order of an append.
create function {ledger}.apply_rewritten_events_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
declare
    own text[];
    affected text[];
    tasks text[];
begin
    with recursive taken as (
        delete from {ledger}.rewritten_event as r
        where r.transaction = pg_current_xact_id()
        returning r.stream, r.version
    ),
    sharing as (
        select s.branch
        from taken as t
        join {ledger}.branch_segment as s on s.stream = t.stream and s.taken >= t.version
        union
        select s.branch
        from sharing as b
        join {ledger}.branch_segment as s on s.stream = b.branch
    )
    select array(select t.stream::text from taken as t),
           array(select t.stream::text from taken as t union select b.branch::text from sharing as b)
    into own, affected;
    if cardinality(own) = 0 then
        return null;
    end if;

    perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name))
    from (values ('ledger:world'), ('ledger:task')) as n (name);
    perform 1 from {events}.mt_streams as t where t.id = any (affected) order by t.id collate "C" for no key update;

    delete from {ledger}.world_head as h where h.stream = any (affected);
    delete from {events}.mt_doc_ledger_world as d where d.id = any (affected);

    delete from {ledger}.chrono_record as r where r.stream = any (own);
    delete from {ledger}.chrono_change as c where c.stream = any (own);
    update {ledger}.chrono_head as h set version = -1 - h.version where h.stream = any (own) and h.version > 0;

    tasks := array(select n.stream from unnest(own) as n (stream) where starts_with(n.stream, 'task:'));
    if cardinality(tasks) > 0 then
        perform {ledger}.rewrite_tasks_v1(tasks);
    end if;

    return null;
end
$function$;

-- At the end of the transaction, after tr_mt_events_rewritten has noted every event; immediately after it where constraints are immediate.
create constraint trigger tr_mt_events_rewritten_applied after update of id, data, bdata, type, headers, "timestamp" on {events}.mt_events
deferrable initially deferred
for each row
when (old.id is distinct from new.id
    or old.data is distinct from new.data
    or old.bdata is distinct from new.bdata
    or old.type is distinct from new.type
    or old.headers is distinct from new.headers
    or old."timestamp" is distinct from new."timestamp")
execute function {ledger}.apply_rewritten_events_v1();

-- Removes what no foreign key takes along when a stream is deleted. Refused by a foreign key where rows of other tasks refer to a task's. The
-- rows of a record store stay: a store that was emptied is to be noticed.
create function {ledger}.forget_stream_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
declare
    task constant text := substr(old.id, 6);
begin
    delete from {events}.mt_doc_ledger_world as d where d.id = old.id;
    if starts_with(old.id, 'task:') then
        delete from {ledger}.task_lease as l where l.task_id = task;
        delete from {ledger}.calls as c where c.task_id = task;
        delete from {ledger}.messages as m where m.task_id = task;
        delete from {ledger}.tasks as t where t.id = task;
    end if;

    return null;
end
$function$;

-- Not for a stream without events, which a refused append has created and deletes again.
create trigger tr_mt_streams_deleted after delete on {events}.mt_streams
for each row
when (old.version > 0)
execute function {ledger}.forget_stream_v1();

-- Removes what is derived from the log when the log is emptied. The heads go by their foreign keys.
create function {ledger}.forget_log_v1()
returns trigger
language plpgsql
as $function$
begin
    truncate {ledger}.world_object, {ledger}.world_object_past, {ledger}.world_relation, {ledger}.world_relation_past,
        {events}.mt_doc_ledger_world, {ledger}.task_lease, {ledger}.calls, {ledger}.messages, {ledger}.tasks;
    update {ledger}.task_tail as t set seq = 0, sighted = null, holders = '{}';
    return null;
end
$function$;

create trigger tr_mt_streams_emptied after truncate on {events}.mt_streams
for each statement execute function {ledger}.forget_log_v1();

-- As before, and names its stream to guard_deleted_events_v1 while it deletes.
create or replace function {ledger}.chrono_archive_v1(p_stream text, p_to bigint, p_deletes boolean)
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    moved bigint;
begin
    if exists (select from {ledger}.branch_segment as s where s.stream = p_stream) then
        raise exception 'a branch shares the events of %', p_stream using errcode = 'LG011';
    end if;

    perform set_config('ledger.compacting', p_stream, true);
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

-- Writes rows, and where the store stands with them. As before, and refuses while the rows are to be written again, so that the caller does that
-- first.
--   p_stream, p_seq, p_hash                     the store, and the head that it must have
--   after_version, after_seq, after_hash        where it stands then
--   row_*                                       the columns of the records, each once; one that is there keeps its ordinal
--   change_*                                    which events speak of which records
create or replace function {ledger}.chrono_rows_v1(
    p_stream text,
    p_seq bigint,
    p_hash text,
    after_version bigint,
    after_seq bigint,
    after_hash text,
    row_key bytea[],
    row_ordinal bigint[],
    row_seq bigint[],
    row_id text[],
    row_kind text[],
    row_status text[],
    row_confidence double precision[],
    row_text text[],
    row_spelled text[],
    change_key bytea[],
    change_version bigint[],
    change_applied boolean[])
returns void
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
    insert into {ledger}.chrono_head as h (stream, version, seq, hash, archived_to)
    values (p_stream, after_version, after_seq, after_hash, 0)
    on conflict (stream) do update
    set version = excluded.version,
        seq = excluded.seq,
        hash = excluded.hash
    where h.seq = p_seq
      and h.hash = p_hash
      and h.version >= 0;
    if not found then
        raise exception 'the head of % is not seq %', p_stream, p_seq using errcode = 'LG010';
    end if;

    insert into {ledger}.chrono_record as r (stream, key, ordinal, seq, id, kind, status, confidence, text, spelled)
    select p_stream, n.key, n.ordinal, n.seq, n.id, n.kind, n.status, n.confidence, n.text, n.spelled
    from unnest(row_key, row_ordinal, row_seq, row_id, row_kind, row_status, row_confidence, row_text, row_spelled)
        as n (key, ordinal, seq, id, kind, status, confidence, text, spelled)
    on conflict (stream, key) do update
    set seq = excluded.seq,
        id = excluded.id,
        kind = excluded.kind,
        status = excluded.status,
        confidence = excluded.confidence,
        text = excluded.text,
        spelled = excluded.spelled;

    insert into {ledger}.chrono_change (stream, key, version, applied)
    select p_stream, n.key, n.version, n.applied
    from unnest(change_key, change_version, change_applied) as n (key, version, applied)
    on conflict (stream, key, version) do nothing;
end
$function$;
