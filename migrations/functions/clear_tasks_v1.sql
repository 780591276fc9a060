-- Deletes all rows of tasks, for a rebuild in this transaction, whose end checks the foreign keys. The rows that other writers left are
-- written first, so that task_fault has what does not fit.
-- Result: none.
create or replace function {ledger}.clear_tasks_v1()
returns void
language plpgsql
volatile
as $function$
begin
    perform {ledger}.catch_up_tasks_v1(array(
        select t.id
        from {events}.mt_streams as t
        left join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = t.id
        where starts_with(t.id, 'task:') and t.version > coalesce(h.version, 0)));
    set constraints all deferred;
    delete from {ledger}.task_lease;
    delete from {ledger}.calls;
    delete from {ledger}.messages;
    delete from {ledger}.tasks;
    delete from {ledger}.projection_head as h where h.projection = 'ledger:task';
    perform set_config('ledger.tasks_cleared', 'yes', true);
end
$function$;
