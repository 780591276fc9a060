-- Whether retention is removing or restoring a whole stream: what there is of it is not shown then, as if it were gone.
--   p_stream  the stream
-- Result: whether it is.
create or replace function {ledger}.retaining_v1(p_stream text)
returns boolean
language sql
stable
as $function$
    select exists (select from {ledger}.retaining_streams_v1() as r (stream) where r.stream = p_stream)
$function$;
