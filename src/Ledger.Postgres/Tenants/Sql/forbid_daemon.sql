-- Takes the policy of allow_daemon away from the role that has it.
do $forbid$
declare
    divided text;
begin
    foreach divided in array array['mt_streams', 'mt_events', 'mt_doc_ledger_world'] loop
        execute format('drop policy if exists tenant_all on %I.%I', {events_text}, divided);
    end loop;
end
$forbid$
