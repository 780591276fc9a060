-- Refuses a row of a stream that says something else than its events, a new one that is archived, and a change by which its version goes back, or by which it
-- is archived or no longer archived by someone else than the operator; and events in the streams that Ledger alone writes: the trigger tr_mt_streams_moved, which `ledger roles create` makes; at the end of the
-- transaction. Appends by functions of the owner do not run it. The first argument of the trigger is the operator's role.
-- Result: null, which a trigger after the row ignores.
create or replace function {ledger}.guard_stream_v1()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
declare
    is_well boolean := true;
begin
    if pg_has_role(current_user, (select c.relowner from pg_class as c where c.oid = tg_relid), 'usage') then
        return null;
    end if;

    -- Its events are Marten's tombstones, which it does not count.
    if new.id = 'mt_tombstone' and new.is_archived is not true and coalesce(new.version, 0) = 0 then
        return null;
    end if;

    if tg_op = 'INSERT' then
        is_well := new.is_archived is not true;
    elsif tg_op = 'UPDATE' then
        is_well := new.id = old.id
            and coalesce(new.version, 0) >= coalesce(old.version, 0)
            and (new.is_archived is not distinct from old.is_archived or pg_has_role(current_user, tg_argv[0]::name, 'usage'));
    end if;

    -- What was masked, and what retention has removed: its own functions do not run this.
    if (starts_with(new.id, 'masked:') or starts_with(new.id, 'retention:')) and (tg_op = 'INSERT' or new.version is distinct from old.version) then
        raise exception 'Stream ''%'' is written by Ledger alone: it says what was masked or what retention has removed. Nothing was written', new.id
            using errcode = 'LG032';
    end if;

    -- As the transaction leaves it; it may have changed the row more than once.
    is_well := is_well and coalesce((
        select not exists (
                select from {events}.mt_events as e where e.stream_id = t.id and e.version > coalesce(t.version, 0))
            and (coalesce(t.version, 0) = 0
                or exists (select from {events}.mt_events as e where e.stream_id = t.id and e.version = t.version)
                or exists (select from {ledger}.chrono_head as h where h.stream = t.id and h.archived_to = t.version))
        from {events}.mt_streams as t
        where t.id = new.id), true);
    if is_well then
        return null;
    end if;

    raise exception 'The row of stream ''%'' would not say what its events say: its version never goes back, is that of its last event, and only the operator archives. Nothing was written',
        new.id
        using errcode = 'LG030';
end
$function$;
