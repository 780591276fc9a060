-- Removes what no foreign key removes when a stream is deleted: the trigger tr_mt_streams_deleted. A foreign key refuses it if rows of other
-- tasks refer to a task's. The rows of a record store stay, so that the loss of its events is noticed.
-- Result: null, which a trigger after the row ignores.
create or replace function {ledger}.forget_stream_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
declare
    task constant text := substr(old.id, 6);
begin
    delete from {events}.mt_doc_ledger_world as d where d.id = old.id;
    delete from {ledger}.run_summary as r where r.stream = old.id;
    delete from {ledger}.run_mark as m where m.stream = old.id;
    delete from {ledger}.masked_event as m where m.stream = old.id;
    delete from {ledger}.rewritten_payload as p where p.stream = old.id;
    if starts_with(old.id, 'task:') then
        delete from {ledger}.task_lease as l where l.task_id = task;
        delete from {ledger}.calls as c where c.task_id = task;
        delete from {ledger}.messages as m where m.task_id = task;
        delete from {ledger}.tasks as t where t.id = task;
    end if;

    return null;
end
$function$;
