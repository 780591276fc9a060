-- Whether JSON differs from what it was only by values that masking leaves: "****", null, {}, [], and "{}" for JSON in a text.
--   p_old, p_new  what it was, and what it becomes
-- Result: whether it does; false for null.
create or replace function {ledger}.masks_only_v1(p_old jsonb, p_new jsonb)
returns boolean
language plpgsql
immutable
as $function$
begin
    if p_new = p_old or p_new in ('"****"', 'null', '{}', '[]', '"{}"') then
        return true;
    elsif jsonb_typeof(p_old) = 'object' and jsonb_typeof(p_new) = 'object' then
        return (
            select bool_and(coalesce({ledger}.masks_only_v1(o.value, n.value), false))
            from jsonb_each(p_old) as o
            full join jsonb_each(p_new) as n on n.key = o.key);
    elsif jsonb_typeof(p_old) = 'array' and jsonb_typeof(p_new) = 'array' then
        return (
            select bool_and(coalesce({ledger}.masks_only_v1(o.value, n.value), false))
            from jsonb_array_elements(p_old) with ordinality as o (value, i)
            full join jsonb_array_elements(p_new) with ordinality as n (value, i) on n.i = o.i);
    end if;

    return false;
end
$function$;
