-- Whether headers differ from what they were only by values that masking leaves, and by the spelling of a record, which goes. What histories rest on stays as it was.
--   p_old, p_new  what they were, and what they become
-- Result: whether they do; false for null.
create or replace function {ledger}.masks_headers_v1(p_old jsonb, p_new jsonb)
returns boolean
language sql
immutable
as $function$
    select coalesce(
        jsonb_typeof(p_old) = 'object'
        and jsonb_typeof(p_new) = 'object'
        and (
            select coalesce(
                bool_and(coalesce(
                    o.value = n.value
                    or o.key not in ('source', 'causes', 'foreign_id', 'foreign_causes', 'occurred_at', 'call_id', 'traceparent')
                        and {ledger}.masks_only_v1(o.value, n.value), false)),
                true)
            from jsonb_each(case when p_new ? 'spelled' then p_old else p_old - 'spelled' end) as o
            full join jsonb_each(p_new) as n on n.key = o.key), false)
$function$;
