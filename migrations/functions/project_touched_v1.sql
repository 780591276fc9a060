-- Writes the rows of worlds for the events of this transaction's append to runs and branches, and of what other writers left: see touched_v1.
-- Result: none.
create or replace function {ledger}.project_touched_v1()
returns void
language plpgsql
volatile
as $function$
begin
    perform {ledger}.project_world_v2(
        array(select t.stream from {ledger}.touched_v1() as t where starts_with(t.stream, 'run:') or starts_with(t.stream, 'branch:')),
        10000);
end
$function$;
