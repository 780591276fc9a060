-- Writes the rows of tasks for events that other writers left. An event that does not fit is passed over and recorded in task_fault.
--   p_streams  the streams of the tasks
-- Result: the number of events.
create or replace function {ledger}.catch_up_tasks_v1(p_streams text[])
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    e record;
    applied bigint := 0;
begin
    perform {ledger}.touch_v1('ledger:task', p_streams);
    for e in select p.* from {ledger}.pending_tasks_v1() as p loop
        begin
            perform {ledger}.apply_tasks_v1(array[substr(e.stream_id, 6)], array[e.type]::text[], array[e.data], array[e."timestamp"]);
        exception
            when integrity_constraint_violation or data_exception or program_limit_exceeded
                or sqlstate 'LG081' or sqlstate 'LG082' or sqlstate 'LG083' or sqlstate 'LG084' or sqlstate 'LG085' or sqlstate 'LG086' then
                insert into {ledger}.task_fault (stream, version, fault) values (e.stream_id, e.version, sqlerrm);
        end;
        applied := applied + 1;
    end loop;

    perform {ledger}.advance_v2('ledger:task', 'task:');
    return applied;
end
$function$;
