-- Removes the keys of a summary whose texts change without them, by a program that does not know them or because an event was rewritten: the trigger
-- tr_run_summary_reworded. Such a row is looked at itself until it is written again.
-- Result: the row.
create or replace function {ledger}.unkey_run_v1()
returns trigger
language plpgsql
as $function$
begin
    new.keys := null;
    return new;
end
$function$;
