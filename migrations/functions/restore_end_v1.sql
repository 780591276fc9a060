-- Ends a restoration: the stream's row is as it was, what is derived from it is written or noted as missing, and the event retention.restored says so. Refused with
-- LG041 if not all of its events are there, and with LG032 for a stream that Ledger alone writes.
--   p_run       the run of retention
--   p_stream    the stream
--   p_first     the version of the first event in the archive
--   p_row       the row of the stream as it was
--   p_event_id  the id of the event
-- Result: none.
create or replace function {ledger}.restore_end_v1(p_run bigint, p_stream text, p_first bigint, p_row jsonb, p_event_id uuid)
returns void
language plpgsql
volatile
set enable_seqscan = off
set jit = off
as $function$
declare
    was constant {events}.mt_streams := jsonb_populate_record(null::{events}.mt_streams, p_row);
    kept bigint;
    own bigint;
    appended text;
begin
    -- Whatever the plan says: an event retention.removed that no removal wrote would explain what was deleted in another way.
    if p_stream ~ '^(retention|masked):' then
        raise exception 'Stream ''%'' is written by Ledger alone: it says what was masked or what was removed. Nothing was changed', p_stream using errcode = 'LG032';
    end if;

    perform from {ledger}.retention_stream as r where r.run = p_run and r.stream = p_stream and r.state = 'restoring' for update;
    if not found or not {ledger}.retention_says_v1(p_run, p_stream) then
        raise exception 'Stream ''%'' is not being restored from retention %', p_stream, p_run using errcode = 'LG041';
    end if;

    perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name)) from (values ('ledger:world'), ('ledger:task')) as n (name);
    select t.version, greatest(t.version, (select max(e.version) from {events}.mt_events as e where e.stream_id = p_stream))
    into kept, own
    from {events}.mt_streams as t
    where t.id = p_stream
    for no key update;
    if own is distinct from was.version then
        raise exception 'Stream ''%'' has % events, and had % when it was archived: the archive is not complete. It stays read-only; restore it from the whole file', p_stream, own, was.version
            using errcode = 'LG041';
    end if;

    -- A reader whose rows lagged may have written those of events that were back already, beyond where the stream ended for it.
    if p_stream !~ '^(task|chrono):' then
        loop
            exit when (select d.is_done from {ledger}.retain_rows_v1(p_stream, kept, 10000) as d);
        end loop;
    end if;

    if was.is_archived is not true then
        update {events}.mt_events as e set is_archived = false where e.stream_id = p_stream and e.version < p_first and e.is_archived;
    end if;

    update {events}.mt_streams as t
    set type = was.type,
        version = own,
        "timestamp" = was."timestamp",
        created = was.created,
        compacted_version = was.compacted_version,
        is_archived = was.is_archived
    where t.id = p_stream;

    if starts_with(p_stream, 'task:') then
        perform {ledger}.rewrite_tasks_v1(array[p_stream]);
    end if;

    if starts_with(p_stream, 'run:') or starts_with(p_stream, 'branch:') then
        perform {ledger}.await_summary_v1(p_stream);
    end if;

    update {ledger}.retention_stream as r set state = 'restored' where r.run = p_run and r.stream = p_stream;
    insert into {ledger}.rewritten_event (transaction, stream, version) values (pg_current_xact_id(), 'retention:' || p_run, 0);
    select a.outcome
    into appended
    from {ledger}.append_event_v3(
        'retention:' || p_run,
        null,
        p_event_id,
        'retention.restored',
        'Ledger.Events.UntypedEvent, Ledger',
        jsonb_build_object('retention', p_run, 'stream', p_stream, 'from', p_first, 'to', own),
        jsonb_build_object('actor', session_user),
        null,
        null,
        false,
        null) as a;
    delete from {ledger}.rewritten_event as r where r.transaction = pg_current_xact_id() and r.stream = 'retention:' || p_run;
    if appended is not null then
        raise exception 'the event of retention % was refused: %', p_run, appended using errcode = 'LG041';
    end if;
end
$function$;
