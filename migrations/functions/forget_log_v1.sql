-- Removes what is derived from the log when the log is truncated: the trigger tr_mt_streams_emptied. The heads go by their foreign keys.
-- Result: null, which a trigger after the statement ignores.
create or replace function {ledger}.forget_log_v1()
returns trigger
language plpgsql
as $function$
begin
    truncate {ledger}.world_object, {ledger}.world_object_past, {ledger}.world_relation, {ledger}.world_relation_past,
        {events}.mt_doc_ledger_world, {ledger}.task_lease, {ledger}.calls, {ledger}.messages, {ledger}.tasks,
        {ledger}.run_summary, {ledger}.run_mark, {ledger}.masked_event, {ledger}.rewritten_payload;
    update {ledger}.run_tail as r set seq = 0;
    update {ledger}.task_tail as t set seq = 0, sighted = null, holders = '{}';
    return null;
end
$function$;
