-- Refuses writes to a log that is being moved, or has moved, to another database. Its triggers are made when a tenant moves into or out of a schema of many, and ask for
-- that tenant alone.
-- Result: none; it always fails with LG042.
create or replace function {ledger}.tenant_has_moved_v1()
returns trigger
language plpgsql
volatile
as $function$
begin
    raise exception 'This log is being moved, or has moved, to another database: nothing was written. Ask the map of tenants again.' using errcode = 'LG042';
end
$function$;
