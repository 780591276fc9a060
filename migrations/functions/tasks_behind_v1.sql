-- The tasks whose rows lack an event: of those that events after task_tail are in, or of all if there are too many such events. The
-- settings are for a plan made while the log was small: a sequential scan that is switched off was compiled first, and joins read the
-- whole log.
-- Result: the streams of the tasks.
create or replace function {ledger}.tasks_behind_v1()
returns setof text
language plpgsql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    known constant bigint := (select t.seq from {ledger}.task_tail as t where t.is_only);
    newest constant bigint := coalesce((select max(e.seq_id) from {events}.mt_events as e), 0);
    streams text[];
begin
    if newest = known then
        return;
    end if;

    -- A server that crashed may have lost commits that were not waited for, and hand their numbers out again.
    if newest between known and known + 10000 then
        streams := array(
            select distinct e.stream_id
            from {events}.mt_events as e
            where e.seq_id > known
              and starts_with(e.stream_id, 'task:'));
        return query
            select n.stream
            from unnest(streams) as n (stream)
            cross join lateral (select t.version from {events}.mt_streams as t where t.id = n.stream offset 0) as t
            left join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = n.stream
            where t.version > coalesce(h.version, 0);
    else
        return query
            select t.id::text
            from {events}.mt_streams as t
            left join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = t.id
            where starts_with(t.id, 'task:')
              and t.version > coalesce(h.version, 0);
    end if;
end
$function$;
