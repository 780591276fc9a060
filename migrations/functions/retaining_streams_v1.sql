-- The streams that retention is removing or restoring as a whole: what there is of them is not shown then, as if they were gone.
-- It has no settings of its own, so that the planner puts it into the statement that asks.
-- Result: their names, each as often as runs of retention have it so.
create or replace function {ledger}.retaining_streams_v1()
returns setof varchar
language sql
stable
as $function$
    select r.stream from {ledger}.retention_stream as r where r.kept = 0 and r.state in ('removing', 'restoring')
$function$;
