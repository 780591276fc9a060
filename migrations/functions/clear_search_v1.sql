-- Empties the index of the search, which then begins at the first event again. Deleting keeps what searches see that run meanwhile, and lets them run.
-- Result: none.
create or replace function {ledger}.clear_search_v1()
returns void
language plpgsql
volatile
as $function$
begin
    -- First, because a page that is being written holds this row: it is waited for, and the next statement sees its entries.
    update {events}.mt_event_progression as p
    set last_seq_id = 0,
        last_updated = clock_timestamp()
    where p.name = 'ledger:search:All';
    delete from {ledger}.search_entry;
end
$function$;
