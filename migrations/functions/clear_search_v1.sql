-- Empties the index of the search, which then begins at the first event again.
-- Result: none.
create or replace function {ledger}.clear_search_v1()
returns void
language plpgsql
volatile
as $function$
begin
    perform pg_advisory_xact_lock({ledger}.projection_key_v1('ledger:search'));
    truncate {ledger}.search_entry;
    update {events}.mt_event_progression as p
    set last_seq_id = 0,
        last_updated = clock_timestamp()
    where p.name = 'ledger:search:All';
end
$function$;
