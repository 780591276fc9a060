-- Refuses an event, which Marten's own statements have written, where its stream has no place for it: one whose predecessor is missing or follows it in the
-- log, one before the end of its stream, one that the stream's row does not count, one that is archived, and one with a number that the sequence has not
-- given. Marten's tombstones, which fill the numbers of a save that failed, have a stream of their own, which does not count them. The trigger
-- tr_mt_events_appended, which `ledger roles create` makes; at the end of the transaction, because Marten writes a stream's row before its events or after
-- them. Appends by functions of the owner do not run it.
-- Without JIT: a look at the sequence is dear enough without sequential scans for the server to compile it, 18 ms for each event.
-- Result: null, which a trigger after the row ignores.
create or replace function {ledger}.guard_append_v1()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $function$
declare
    is_after boolean;
    is_before boolean;
begin
    if pg_has_role(current_user, (select c.relowner from pg_class as c where c.oid = tg_relid), 'usage') then
        return null;
    end if;

    if new.is_archived is true
        or exists (select from {events}.mt_events_sequence as s where new.seq_id > s.last_value or new.seq_id = s.last_value and not s.is_called)
    then
        raise exception 'The event of version % of stream ''%'' is archived, or has a number that the log has not given: only the operator archives. Nothing was written',
            new.version, new.stream_id
            using errcode = 'LG030';
    end if;

    if new.type = 'tombstone' and new.stream_id = 'mt_tombstone' then
        return null;
    end if;

    is_after := new.version = 1
        or exists (
            select
            from {events}.mt_events as e
            where e.stream_id = new.stream_id and e.version = new.version - 1 and e.seq_id < new.seq_id)
        or exists (select from {ledger}.chrono_head as h where h.stream = new.stream_id and h.archived_to = new.version - 1);
    is_before := exists (select from {events}.mt_streams as t where t.id = new.stream_id and t.version = new.version)
        or exists (
            select
            from {events}.mt_events as e
            where e.stream_id = new.stream_id and e.version = new.version + 1 and e.seq_id > new.seq_id);
    if is_after and is_before and not exists (
        select from {ledger}.chrono_head as h where h.stream = new.stream_id and h.archived_to >= new.version)
    then
        return null;
    end if;

    raise exception 'Stream ''%'' has no place for an event of version %: versions follow each other, without a hole, up to that of the stream. Nothing was written',
        new.stream_id, new.version
        using errcode = 'LG030';
end
$function$;
