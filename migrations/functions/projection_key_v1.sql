-- The key of a projection's advisory lock: shared by the appends that write the projection, exclusive for a rebuild.
--   p_projection  the projection's name
-- Result: the key.
create or replace function {ledger}.projection_key_v1(p_projection text)
returns bigint
language sql
{immutable}
as $function$
    select hashtextextended({ledger_text} || '.' || p_projection{tenant_suffix}, 0)
$function$;
