-- Begins to restore what a run of retention removed from a stream, or goes on with it: the stream is read-only, and its readers do not see what is restored, until
-- restore_end_v1. Refused with LG041 if retention did not remove it, as its plan and its events say, or is not done with it, or if what precedes the events in the archive is not there.
--   p_run     the run of retention
--   p_stream  the stream
--   p_first   the version of the first event in the archive
--   p_row     the row of the stream as it was
-- Result: the version of the last event that is there.
create or replace function {ledger}.restore_begin_v1(p_run bigint, p_stream text, p_first bigint, p_row jsonb)
returns bigint
language plpgsql
volatile
set enable_seqscan = off
set jit = off
as $function$
declare
    plan record;
    own bigint;
begin
    select r.state, r.kept into plan from {ledger}.retention_stream as r where r.run = p_run and r.stream = p_stream for update;
    if plan.state = 'removing' then
        raise exception 'Retention % is in the middle of removing ''%''. Run retention again, which finishes that, and restore it then. Nothing was restored', p_run, p_stream
            using errcode = 'LG041';
    end if;

    if plan.state is null
        or plan.state not in ('removed', 'restoring')
        or p_row ->> 'id' is distinct from p_stream
        or starts_with(p_stream, 'retention:')
        or starts_with(p_stream, 'masked:')
        or not {ledger}.retention_says_v1(p_run, p_stream) then
        raise exception 'Retention % has not removed ''%'', or it was restored: its state is ''%''. Nothing was restored', p_run, p_stream, coalesce(plan.state, 'unknown')
            using errcode = 'LG041';
    end if;

    if plan.kept = 0 then
        insert into {events}.mt_streams as t (id, type, version, "timestamp", created, tenant_id, compacted_version, is_archived)
        select r.id, r.type, p_first - 1, r."timestamp", r.created, r.tenant_id, r.compacted_version, true
        from jsonb_populate_record(null::{events}.mt_streams, p_row) as r
        on conflict do nothing;
        if found and plan.state = 'restoring' then
            raise exception 'Stream ''%'' was deleted while it was restored. Nothing more was restored', p_stream using errcode = 'LG041';
        end if;

        if not found and plan.state = 'removed' then
            raise exception 'There is a stream ''%'' again, which was begun after retention % had removed the one of that name. Nothing was restored', p_stream, p_run
                using errcode = 'LG041';
        end if;
    end if;

    select t.version into own from {events}.mt_streams as t where t.id = p_stream for no key update;
    if plan.state = 'restoring' then
        own := greatest(own, (select max(e.version) from {events}.mt_events as e where e.stream_id = p_stream));
    end if;

    if own is null or own < p_first - 1 or plan.state = 'removed' and plan.kept > 0 and own > plan.kept then
        raise exception 'Stream ''%'' has % events, and the archive begins at version %. Nothing was restored', p_stream, coalesce(own, 0), p_first
            using errcode = 'LG041';
    end if;

    -- Reads of what was left have written rows that the archive has as they were.
    if plan.state = 'removed' then
        delete from {ledger}.chrono_head as h where h.stream = p_stream;
        delete from {ledger}.chrono_record as r where r.stream = p_stream;
        delete from {ledger}.chrono_change as c where c.stream = p_stream;
    end if;

    update {ledger}.retention_stream as r set state = 'restoring' where r.run = p_run and r.stream = p_stream;
    return own;
end
$function$;
