-- Writes the rows of tasks for the events of this transaction's append, and for those that other writers left. Fails if one does not fit.
-- Result: none.
create or replace function {ledger}.project_tasks_v1()
returns void
language plpgsql
volatile
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    tasks text[];
    types text[];
    datas jsonb[];
    times timestamptz[];
begin
    select array_agg(substr(p.stream_id, 6)), array_agg(p.type), array_agg(p.data), array_agg(p."timestamp")
    into tasks, types, datas, times
    from {ledger}.pending_tasks_v1() as p;
    if tasks is not null then
        perform {ledger}.apply_tasks_v1(tasks, types, datas, times);
    end if;

    perform {ledger}.advance_v2('ledger:task', 'task:');
end
$function$;
