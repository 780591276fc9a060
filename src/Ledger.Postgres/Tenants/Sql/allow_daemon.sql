-- Lets a role see and write the rows of all tenants in the tables that Marten's daemon reads, while its session has no tenant: the role of use_daemon_role, in the same
-- transaction. No other role has the policy afterwards, and so no other plan of a statement.
do $allow$
declare
    divided text;
begin
    foreach divided in array array['mt_streams', 'mt_events', 'mt_doc_ledger_world'] loop
        execute format('drop policy if exists tenant_all on %I.%I', {events_text}, divided);
        execute format(
            $policy$create policy tenant_all on %I.%I to %I using (nullif(current_setting('ledger.tenant', true), '') is null)
                with check (nullif(current_setting('ledger.tenant', true), '') is null)$policy$,
            {events_text},
            divided,
            current_setting('ledger.daemon_role'));
    end loop;
end
$allow$
